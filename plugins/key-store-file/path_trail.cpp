#include "key-store-file/path_trail.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace plugboard::key_store_file {
namespace {

// As the kernel does, so that links in a circle come to an end.
constexpr int kMaxLinks = 40;

void put_in_front(std::deque<std::string>& steps, std::string_view path) {
  std::deque<std::string> front;
  while (!path.empty()) {
    const std::string_view step = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(step.size() + 1, path.size()));
    if (!step.empty() && step != ".") front.emplace_back(step);
  }
  steps.insert(steps.begin(), front.begin(), front.end());
}

std::string parent(const std::string& folder) {
  return folder.empty() ? folder : folder.substr(0, folder.rfind('/'));
}

}  // namespace

Trail trail_of(const std::string& path) {
  Trail trail;
  std::string folder;  // empty: the root
  std::deque<std::string> steps;
  put_in_front(steps, path);
  int links = 0;
  while (!steps.empty()) {
    const std::string step = steps.front();
    steps.pop_front();
    if (step == "..") {
      folder = parent(folder);
      continue;
    }
    trail[folder.empty() ? std::string(1, '/') : folder].insert(step);
    std::string here = folder;
    here.append("/").append(step);
    std::error_code error;
    const auto status = std::filesystem::symlink_status(here, error);
    if (std::filesystem::is_symlink(status)) {
      const std::string target = std::filesystem::read_symlink(here, error).string();
      if (error || ++links > kMaxLinks) break;
      if (target.starts_with('/')) folder.clear();
      put_in_front(steps, target);
    } else if (std::filesystem::is_directory(status)) {
      folder = here;
    } else {
      break;  // the file, or nothing
    }
  }
  return trail;
}

}  // namespace plugboard::key_store_file
