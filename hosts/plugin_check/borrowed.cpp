#include "plugin_check/borrowed.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace plugboard::plugin_check {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = std::size_t{1} << 23U;  // 32 GiB of addresses, hardly any memory
constexpr unsigned char kLaterByte = 0xA5;

void* reserve(std::size_t bytes, int protection) {
  void* const reserved =
      ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) std::abort();
  return reserved;
}

/// All the addresses that are ever lent, each once, and what each page of them is.
struct Lendable {
  char* const begin = static_cast<char*>(reserve(kPages * kPage, PROT_NONE));
  PageState* const states =
      static_cast<PageState*>(reserve(kPages * sizeof(PageState), PROT_READ | PROT_WRITE));
  const char** const functions =
      static_cast<const char**>(reserve(kPages * sizeof(char*), PROT_READ | PROT_WRITE));
  std::atomic<std::size_t> used = 0;
};

Lendable* lendable_made = nullptr;

Lendable& lendable() {
  static auto* const made = [] {
    lendable_made = new Lendable;
    return lendable_made;
  }();
  return *made;
}

std::size_t page_of(const Lendable& all, const void* address) {
  return static_cast<std::size_t>(static_cast<const char*>(address) - all.begin) / kPage;
}

}  // namespace

BorrowedPlace borrowed_place(const void* address) {
  const Lendable* const all = lendable_made;
  if (all == nullptr || address < all->begin || address >= all->begin + kPages * kPage) return {};
  const std::size_t page = page_of(*all, address);
  return {all->states[page], all->functions[page]};
}

void* Borrowed::place(const void* data, std::size_t size, bool writable, bool is_struct) {
  const std::size_t later = is_struct && options_.later ? kLaterBytes : 0;
  const std::size_t whole = size + later;
  if (!options_.guarded) {
    const std::size_t units = (whole + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
    plain_.push_back(std::make_unique<std::max_align_t[]>(units));
    auto* const at = reinterpret_cast<char*>(plain_.back().get());
    std::memcpy(at, data, size);
    std::memset(at + size, kLaterByte, later);
    return at;
  }
  Lendable& all = lendable();
  const std::size_t pages = (whole + kPage - 1) / kPage;
  const std::size_t first = all.used.fetch_add(pages + 1);
  if (first + pages + 1 > kPages) std::abort();
  char* const span = all.begin + first * kPage;
  if (::mprotect(span, pages * kPage, PROT_READ | PROT_WRITE) != 0) std::abort();
  char* const at = span + pages * kPage - whole;
  std::memcpy(at, data, size);
  std::memset(at + size, kLaterByte, later);
  for (std::size_t page = first; page <= first + pages; ++page) {
    all.functions[page] = function_;
    all.states[page] = page == first + pages ? PageState::kGuard
                       : writable            ? PageState::kWritable
                                             : PageState::kReadOnly;
  }
  if (!writable) ::mprotect(span, pages * kPage, PROT_READ);
  spans_.emplace_back(span, pages * kPage);
  return at;
}

void Borrowed::give_back() {
  for (const auto& [span, bytes] : spans_) {
    Lendable& all = lendable();
    // A fresh mapping, and not only another protection, so that it grows together with its
    // neighbours: a process may have some ten thousand mappings.
    constexpr int kAnew = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (::mmap(span, bytes, PROT_NONE, kAnew, -1, 0) == MAP_FAILED) {
      ::mprotect(span, bytes, PROT_NONE);
    }
    const std::size_t first = page_of(all, span);
    for (std::size_t page = first; page <= first + bytes / kPage; ++page) {
      all.states[page] = PageState::kReturned;
    }
  }
  spans_.clear();
  plain_.clear();
}

}  // namespace plugboard::plugin_check
