// A blob store for flow tests that answers when it is told to:
//
//   GET /slow/asked       how many questions it has been asked since the start
//   POST /slow/answer     answers the oldest one that waits
#include <functional>
#include <map>
#include <mutex>
#include <plugboard/plugin.hpp>
#include <queue>
#include <string>
#include <utility>

namespace {

using plugboard::BlobRequest;
using plugboard::BlobVerdict;
using plugboard::Completion;

class SlowBlobs : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "a blob store that answers when it is told to"; }

  void put(const BlobRequest& request, Completion<BlobVerdict> completion) {
    wait(std::move(completion),
         [this, key = std::string(request.key), data = std::string(request.data)]() -> BlobVerdict {
           blobs_[key] = data;
           return plugboard::stored();
         });
  }

  void get(const BlobRequest& request, Completion<BlobVerdict> completion) {
    wait(std::move(completion), [this, key = std::string(request.key)]() -> BlobVerdict {
      const auto found = blobs_.find(key);
      return found == blobs_.end() ? BlobVerdict(plugboard::not_found())
                                   : plugboard::found(found->second);
    });
  }

  void remove(const BlobRequest& request, Completion<BlobVerdict> completion) {
    wait(std::move(completion), [this, key = std::string(request.key)]() -> BlobVerdict {
      return blobs_.erase(key) != 0 ? plugboard::removed() : plugboard::not_found();
    });
  }

  plugboard::HttpVerdict handle(const plugboard::HttpRequest& request) {
    if (request.path == "/slow/asked") {
      const std::lock_guard lock(mutex_);
      return plugboard::respond(200, "text/plain", std::to_string(asked_));
    }
    if (request.path == "/slow/answer") {
      const bool one = answer_oldest();
      return plugboard::respond(one ? 200 : 404, "text/plain", "");
    }
    return plugboard::next();
  }

  void drain() {
    while (answer_oldest()) {
    }
  }

 private:
  struct Waiting {
    Completion<BlobVerdict> completion;
    std::function<BlobVerdict()> answer;
  };

  void wait(Completion<BlobVerdict> completion, std::function<BlobVerdict()> answer) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    waiting_.push({std::move(completion), std::move(answer)});
  }

  bool answer_oldest() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return false;
    waiting_.front().completion(waiting_.front().answer());
    waiting_.pop();
    return true;
  }

  std::mutex mutex_;
  int asked_ = 0;
  std::queue<Waiting> waiting_;
  std::map<std::string, std::string> blobs_;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(SlowBlobs, "slow-blobs", "1.0.0")
