#include "extension/descriptor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "extension/bytes.hpp"
#include "wire/utf8.hpp"

namespace plugboard::extension {
namespace {

constexpr std::uint64_t kMaxTextBytes = 4096;
constexpr std::uint64_t kMaxSchemaBytes = 1024 * 1024;

std::string abi_text(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

/// Copies as much of a plugin's table as there is and this relay knows. Members of tables behind
/// their first two words are pointers, so one that is cut in half reads as absent.
template <class Table>
Table copy_table(const Table& table) {
  constexpr std::size_t kMember = sizeof(void*);
  const std::size_t size = std::min<std::size_t>(table.size, sizeof(Table)) / kMember * kMember;
  Table copied = {};
  std::memcpy(&copied, &table, size);
  copied.size = sizeof(Table);
  return copied;
}

/// A function of a table that must be there.
template <class Table>
struct Required {
  const char* name;
  bool (*present)(const Table&);
};

/// What is wrong with the plugin, or nothing.
using Problem = std::optional<Unfit>;

/// Takes one kind's table.
template <class Table>
Problem read_kind(const plugboard_plugin& plugin, const char* id,
                  std::initializer_list<Required<Table>> required, std::optional<Table>& into) {
  const auto* const table = static_cast<const Table*>(plugin.kind(id));
  if (table == nullptr) return std::nullopt;
  if (table->size < sizeof(std::uint32_t) * 2) {
    return Unfit{Unfit::Fault::kShortTable, std::string("its table for ") + id + " is " +
                                                std::to_string(table->size) +
                                                " bytes, too short to hold anything"};
  }
  Table copied = copy_table(*table);
  std::string missing;
  for (const auto& function : required) {
    if (function.present(copied)) continue;
    missing += missing.empty() ? "" : " and ";
    missing += function.name;
  }
  if (!missing.empty()) {
    return Unfit{Unfit::Fault::kHalfKind,
                 std::string("it implements ") + id + " only in part: " + missing +
                     (missing.find(" and ") == std::string::npos ? " is" : " are") + " missing"};
  }
  into = copied;
  return std::nullopt;
}

template <class Table, auto kMember>
bool present(const Table& table) {
  return table.*kMember != nullptr;
}

#define PLUGBOARD_REQUIRED(table, member) \
  Required<table> { #member, present < table, &table::member> }

Problem read_kinds(const plugboard_plugin& plugin, KindTables& kinds) {
  Problem problem = read_kind<plugboard_key_store>(
      plugin, PLUGBOARD_KEY_STORE_ID, {PLUGBOARD_REQUIRED(plugboard_key_store, lookup)},
      kinds.key_store);
  if (problem) return problem;
  problem = read_kind<plugboard_rate_limiter>(plugin, PLUGBOARD_RATE_LIMITER_ID,
                                              {PLUGBOARD_REQUIRED(plugboard_rate_limiter, connect),
                                               PLUGBOARD_REQUIRED(plugboard_rate_limiter, release)},
                                              kinds.rate_limiter);
  if (problem) return problem;
  problem = read_kind<plugboard_http_handler>(plugin, PLUGBOARD_HTTP_HANDLER_ID,
                                              {PLUGBOARD_REQUIRED(plugboard_http_handler, handle)},
                                              kinds.http_handler);
  if (problem) return problem;
  problem = read_kind<plugboard_blob_store>(
      plugin, PLUGBOARD_BLOB_STORE_ID,
      {PLUGBOARD_REQUIRED(plugboard_blob_store, put), PLUGBOARD_REQUIRED(plugboard_blob_store, get),
       PLUGBOARD_REQUIRED(plugboard_blob_store, remove)},
      kinds.blob_store);
  if (problem) return problem;
  problem = read_kind<plugboard_id_parser>(plugin, PLUGBOARD_ID_PARSER_ID,
                                           {PLUGBOARD_REQUIRED(plugboard_id_parser, parse)},
                                           kinds.id_parser);
  if (problem) return problem;
  problem = read_kind<plugboard_hook>(plugin, PLUGBOARD_HOOK_ID, {}, kinds.hook);
  if (problem || !kinds.hook) return problem;
  plugboard_hook nothing = {};
  nothing.size = sizeof nothing;
  kinds.hook->reserved = 0;
  if (std::memcmp(&nothing, &*kinds.hook, sizeof nothing) == 0) {
    return Unfit{Unfit::Fault::kHalfKind, std::string("it implements ") + PLUGBOARD_HOOK_ID +
                                              " only in part: it wants no event"};
  }
  return std::nullopt;
}

#undef PLUGBOARD_REQUIRED

/// A text that people are to read.
bool take_text(plugboard_bytes text, std::string& into) {
  if (!readable(text, kMaxTextBytes) || !wire::valid_utf8(view(text))) return false;
  into = view(text);
  return true;
}

/// What is wrong with the functions that make and end instances, or nothing.
std::string functions_problem(const plugboard_plugin& plugin) {
  if (plugin.kind == nullptr) return "its descriptor has no function kind";
  if (plugin.create == nullptr) return "its descriptor has no function create";
  if (plugin.destroy == nullptr) {
    return "its descriptor has create but no destroy, so that what it makes could never be freed";
  }
  const int parts =
      (plugin.prepare != nullptr) + (plugin.commit != nullptr) + (plugin.abort != nullptr);
  if (parts != 0 && parts != 3) {
    return "its descriptor has some of prepare, commit and abort: it must have all or none";
  }
  return {};
}

}  // namespace

std::vector<std::string> KindTables::names() const {
  std::vector<std::string> names;
  if (key_store) names.emplace_back("key-store");
  if (rate_limiter) names.emplace_back("rate-limiter");
  if (hook) names.emplace_back("hook");
  if (http_handler) names.emplace_back("http-handler");
  if (blob_store) names.emplace_back("blob-store");
  if (id_parser) names.emplace_back("id-parser");
  return names;
}

std::variant<Descriptor, Unfit> read_descriptor(const plugboard_plugin* plugin) {
  using Fault = Unfit::Fault;
  const std::string ours = abi_text(PLUGBOARD_ABI_MAJOR, PLUGBOARD_ABI_MINOR);
  if (plugin == nullptr) {
    return Unfit{Fault::kNoDescriptor, "its " PLUGBOARD_ENTRY_NAME " returned no descriptor"};
  }
  if (!PLUGBOARD_HAS(plugboard_plugin, plugin, abi_minor)) {
    return Unfit{Fault::kShortDescriptor,
                 "its descriptor is " + std::to_string(plugin->size) +
                     " bytes, too short to say which plugin ABI it was built for"};
  }
  if (plugin->abi_major != PLUGBOARD_ABI_MAJOR) {
    return Unfit{Fault::kWrongMajor, "it was built for plugin ABI " +
                                         abi_text(plugin->abi_major, plugin->abi_minor) +
                                         ", and this relay speaks " + ours};
  }
  if (!PLUGBOARD_HAS(plugboard_plugin, plugin, kind)) {
    return Unfit{Fault::kShortDescriptor, "its descriptor is " + std::to_string(plugin->size) +
                                              " bytes, less than plugin ABI " + ours + " has"};
  }

  Descriptor descriptor;
  descriptor.functions = copy_table(*plugin);
  if (auto problem = functions_problem(descriptor.functions); !problem.empty()) {
    return Unfit{Fault::kFunctions, std::move(problem)};
  }
  if (!take_text(plugin->name, descriptor.name) || descriptor.name.empty() ||
      !take_text(plugin->version, descriptor.version) ||
      !take_text(plugin->summary, descriptor.summary)) {
    return Unfit{Fault::kText,
                 "its name, version or summary is no UTF-8 text of up to 4 KiB, or its name is "
                 "empty"};
  }
  if (!readable(plugin->config_schema, kMaxSchemaBytes)) {
    return Unfit{Fault::kText, "its config_schema is without data or larger than 1 MiB"};
  }
  descriptor.config_schema = view(plugin->config_schema);
  if (!descriptor.config_schema.empty() &&
      !nlohmann::json::parse(descriptor.config_schema, nullptr, false).is_object()) {
    return Unfit{Fault::kText, "its config_schema is not a JSON object"};
  }
  if (auto problem = read_kinds(descriptor.functions, descriptor.kinds)) return *problem;
  return descriptor;
}

}  // namespace plugboard::extension
