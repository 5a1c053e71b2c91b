#include "extension/elf_file.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

namespace plugboard::extension {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Dynamic = ElfW(Dyn);
using Symbol = ElfW(Sym);

constexpr std::string_view kEntryPrefix = "plugboard_plugin_v";

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kMachine = EM_RISCV;
#elif defined(__arm__)
constexpr unsigned kMachine = EM_ARM;
#elif defined(__i386__)
constexpr unsigned kMachine = EM_386;
#elif defined(__powerpc64__)
constexpr unsigned kMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr unsigned kMachine = EM_S390;
#else
#error "which ELF machine is this?"
#endif

/// The file's bytes, read by offset and by the address that they will be loaded at.
class Image {
 public:
  explicit Image(std::string_view content) : content_(content) {}

  template <class T>
  [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
    if (offset > content_.size() || content_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, content_.data() + offset, sizeof(T));
    return value;
  }

  /// The NUL-terminated text at `offset`; empty if there is none.
  [[nodiscard]] std::string_view text(std::uint64_t offset) const {
    if (offset >= content_.size()) return {};
    const std::string_view rest = content_.substr(offset);
    const std::size_t end = rest.find('\0');
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }

  void add_segment(const Segment& segment) { segments_.push_back(segment); }

  /// Where in the file the byte at this address is.
  [[nodiscard]] std::optional<std::uint64_t> offset(std::uint64_t address) const {
    for (const Segment& segment : segments_) {
      if (address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
        return segment.p_offset + (address - segment.p_vaddr);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t size() const { return content_.size(); }

 private:
  std::string_view content_;
  std::vector<Segment> segments_;
};

/// The dynamic section's entries that matter here, 0 where there is none.
struct DynamicSection {
  std::uint64_t strings = 0;
  std::uint64_t symbols = 0;
  std::uint64_t hash = 0;
  std::uint64_t gnu_hash = 0;
  std::vector<std::uint64_t> paths;  // offsets into the strings
};

DynamicSection read_dynamic(const Image& image, const Segment& segment) {
  DynamicSection section;
  const std::uint64_t count = segment.p_filesz / sizeof(Dynamic);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto entry = image.at<Dynamic>(segment.p_offset + i * sizeof(Dynamic));
    if (!entry || entry->d_tag == DT_NULL) break;
    switch (entry->d_tag) {
      case DT_STRTAB:
        section.strings = entry->d_un.d_ptr;
        break;
      case DT_SYMTAB:
        section.symbols = entry->d_un.d_ptr;
        break;
      case DT_HASH:
        section.hash = entry->d_un.d_ptr;
        break;
      case DT_GNU_HASH:
        section.gnu_hash = entry->d_un.d_ptr;
        break;
      case DT_RPATH:
      case DT_RUNPATH:
        section.paths.push_back(entry->d_un.d_val);
        break;
      default:
        break;
    }
  }
  return section;
}

/// How many symbols the GNU hash table at this file offset covers: the end of its longest chain.
std::uint64_t gnu_symbol_count(const Image& image, std::uint64_t table) {
  const auto buckets = image.at<std::uint32_t>(table);
  const auto first = image.at<std::uint32_t>(table + 4);
  const auto words = image.at<std::uint32_t>(table + 8);
  if (!buckets || !first || !words) return 0;
  const std::uint64_t bucket_table = table + 16 + std::uint64_t{*words} * sizeof(ElfW(Addr));
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < *buckets; ++i) {
    const auto bucket = image.at<std::uint32_t>(bucket_table + i * 4);
    if (!bucket) return 0;
    last = std::max<std::uint64_t>(last, *bucket);
  }
  if (last < *first) return *first;
  const std::uint64_t chains = bucket_table + std::uint64_t{*buckets} * 4;
  for (;; ++last) {
    const auto chain = image.at<std::uint32_t>(chains + (last - *first) * 4);
    if (!chain) return 0;
    if ((*chain & 1) != 0) return last + 1;
  }
}

std::uint64_t symbol_count(const Image& image, const DynamicSection& section) {
  if (section.hash != 0) {
    if (const auto table = image.offset(section.hash)) {
      if (const auto count = image.at<std::uint32_t>(*table + 4)) return *count;
    }
  }
  if (section.gnu_hash != 0) {
    if (const auto table = image.offset(section.gnu_hash)) return gnu_symbol_count(image, *table);
  }
  return 0;
}

/// Whether others may call or read what the symbol stands for, and it is no copy that any library
/// might define.
bool is_export(const Symbol& symbol) {
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL &&
         (type == STT_FUNC || type == STT_OBJECT || type == STT_TLS || type == STT_GNU_IFUNC) &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

void read_symbols(const Image& image, const DynamicSection& section, std::uint64_t strings,
                  ElfFacts& facts) {
  const auto symbols = image.offset(section.symbols);
  if (!symbols) return;
  const std::uint64_t count =
      std::min<std::uint64_t>(symbol_count(image, section), image.size() / sizeof(Symbol));
  for (std::uint64_t i = 1; i < count; ++i) {
    const auto symbol = image.at<Symbol>(*symbols + i * sizeof(Symbol));
    if (!symbol) break;
    if (symbol->st_shndx == SHN_UNDEF) continue;
    if (ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE) facts.has_unique_symbols = true;
    const std::string_view name = image.text(strings + symbol->st_name);
    if (name.substr(0, kEntryPrefix.size()) == kEntryPrefix) facts.entries.emplace_back(name);
    if (is_export(*symbol) && name != "_init" && name != "_fini") facts.exports.emplace_back(name);
  }
  std::sort(facts.entries.begin(), facts.entries.end());
  std::sort(facts.exports.begin(), facts.exports.end());
}

/// Why the header is not that of a shared object for this machine, or nothing.
std::string header_problem(const Header& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "it is no ELF file";
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  constexpr unsigned char kData =
      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
  if (header.e_ident[EI_CLASS] != kClass || header.e_ident[EI_DATA] != kData ||
      header.e_machine != kMachine) {
    return "it was built for another kind of processor";
  }
  if (header.e_type != ET_DYN) return "it is an ELF file, but no shared object";
  return {};
}

}  // namespace

std::variant<ElfFacts, std::string> read_elf(std::string_view content) {
  Image image(content);
  if (content.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG)) {
    return std::string("it is no ELF file");
  }
  const auto header = image.at<Header>(0);
  if (!header) return std::string("it is cut off within its header");
  if (auto problem = header_problem(*header); !problem.empty()) return problem;

  std::optional<Segment> dynamic;
  for (std::uint64_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = image.at<Segment>(header->e_phoff + i * header->e_phentsize);
    if (!segment) return std::string("it is cut off");
    if (segment->p_type == PT_DYNAMIC) dynamic = segment;
    if (segment->p_type != PT_LOAD) continue;
    if (segment->p_offset > content.size() ||
        content.size() - segment->p_offset < segment->p_filesz) {
      // Mapped all the same, and then every access behind the end would kill the process.
      return std::string("it is cut off");
    }
    image.add_segment(*segment);
  }
  if (!dynamic) return std::string("it is no shared object: nothing in it can be looked up");

  ElfFacts facts;
  const DynamicSection section = read_dynamic(image, *dynamic);
  const auto strings = image.offset(section.strings);
  if (!strings) return facts;
  for (const std::uint64_t path : section.paths) {
    const std::string_view text = image.text(*strings + path);
    if (text.find("$ORIGIN") != std::string_view::npos ||
        text.find("${ORIGIN}") != std::string_view::npos) {
      facts.needs_origin = true;
    }
  }
  read_symbols(image, section, *strings, facts);
  return facts;
}

}  // namespace plugboard::extension
