// Memory lent to a plugin for the length of one call, laid out so that every misuse is noticed at
// once: each piece ends where an inaccessible page begins, what may only be read cannot be written,
// and after the return nothing of it can be touched any more.
//
// Any thread; one Borrowed belongs to one.
#pragma once

#include <plugboard/abi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace plugboard::plugin_check {

/// What a page of that memory is used for.
enum class PageState : std::uint8_t { kOther, kGuard, kReadOnly, kWritable, kReturned };

struct BorrowedPlace {
  PageState state = PageState::kOther;
  const char* function = nullptr;  ///< which borrowed it
};

/// For signal handlers too.
[[nodiscard]] BorrowedPlace borrowed_place(const void* address);

/// Structs of a later minor version are longer than those the plugin may know.
inline constexpr std::size_t kLaterBytes = 64;

class Borrowed {
 public:
  struct Options {
    bool guarded = true;  ///< false: plain memory, for tests that make very many calls
    bool later = false;   ///< structs as a later minor version has them
  };

  /// `function`: who borrows; a literal.
  Borrowed(const char* function, Options options) : function_(function), options_(options) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { give_back(); }

  [[nodiscard]] const Options& options() const { return options_; }

  [[nodiscard]] plugboard_bytes text(std::string_view text) {
    if (text.empty()) return {nullptr, 0};
    return {static_cast<const char*>(place(text.data(), text.size(), false, false)), text.size()};
  }

  /// A struct of the ABI, of which `size` is set here.
  template <class Struct>
  [[nodiscard]] const Struct* input(Struct value) {
    return static_cast<const Struct*>(put(value, false));
  }
  template <class Struct>
  [[nodiscard]] Struct* output(Struct value) {
    return static_cast<Struct*>(put(value, true));
  }
  /// Items that have no size of their own.
  template <class Item>
  [[nodiscard]] const Item* list(const std::vector<Item>& items) {
    if (items.empty()) return nullptr;
    return static_cast<const Item*>(place(items.data(), items.size() * sizeof(Item), false, false));
  }

  /// The call has returned.
  void give_back();

 private:
  template <class Struct>
  void* put(Struct value, bool writable) {
    static_assert(std::is_trivially_copyable_v<Struct>);
    value.size = static_cast<std::uint32_t>(sizeof(Struct) + (options_.later ? kLaterBytes : 0));
    return place(&value, sizeof value, writable, true);
  }
  void* place(const void* data, std::size_t size, bool writable, bool is_struct);

  const char* function_;
  Options options_;
  std::vector<std::pair<void*, std::size_t>> spans_;  // whole pages
  std::vector<std::unique_ptr<std::max_align_t[]>> plain_;
};

}  // namespace plugboard::plugin_check
