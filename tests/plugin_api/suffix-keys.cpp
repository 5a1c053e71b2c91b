#include <plugboard/plugin.hpp>

// Lets in keys that end in the team's suffix.
class SuffixKeys : public plugboard::Plugin {
 public:
  explicit SuffixKeys(const plugboard::Config& config) : suffix_(config.string("suffix")) {}

  plugboard::Verdict lookup(const plugboard::KeyRequest& request) const {
    return request.key.ends_with(suffix_) ? plugboard::allow() : plugboard::abstain();
  }

 private:
  std::string suffix_;
};
PLUGBOARD_EXPORT_PLUGIN(SuffixKeys, "suffix-keys", "1.0.0")
