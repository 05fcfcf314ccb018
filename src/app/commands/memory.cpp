#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/memory_export.hpp"
#include "app/commands/server_settings.hpp"
#include "app/inputs/progress.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/why_not.hpp"
#include "base/ascii.hpp"
#include "base/counted.hpp"
#include "store/file.hpp"
#include "store/memory_table.hpp"

namespace postern::app {
namespace {

using Entries = std::vector<policy::MemoryEntry>;
using policy::MemoryEntry;

bool is_downgraded(MemoryEntry const& e) { return e.sessions > 0 && e.clear_since.has_value(); }

void print_memory_entry(MemoryEntry const& e) {
  std::printf("%s %s: %u over TLS", std::string(policy::print(e.kind)).c_str(), printable(e.name).c_str(),
              e.sessions);
  if (e.first_tls && e.last_tls)
    std::printf(" (%s, first %s, last %s)", e.print_versions().c_str(),
                print_iso8601(*e.first_tls).substr(0, 16).c_str(),
                print_iso8601(*e.last_tls).substr(0, 16).c_str());
  std::printf(", %u without TLS", e.clear);
  if (e.clear_since) std::printf(" (since %s)", print_iso8601(*e.clear_since).substr(0, 16).c_str());
  if (e.failures > 0) {
    std::printf(", %s failed", counted(e.failures, "handshake").c_str());
    if (e.last_failure)
      std::printf(" (last %s: %s)", print_iso8601(*e.last_failure).substr(0, 16).c_str(),
                  printable(e.failure).c_str());
  }
  if (e.distrusts_us) std::printf(", does not trust our certificate");
  if (!e.key.empty() && e.key_since)
    std::printf(", key %s since %s", e.key.c_str(), print_iso8601(*e.key_since).substr(0, 16).c_str());
  std::printf("%s\n", is_downgraded(e) ? "  DOWNGRADED" : "");
}

void print_entry(MemoryEntry const& entry, bool as_json) {
  if (as_json)
    std::printf("%s\n", print_export_line(entry).c_str());
  else
    print_memory_entry(entry);
}

int list(MemoryOptions const& options, Entries const& entries) {
  std::size_t shown = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (policy::print(entry->kind) != options.kind) continue;
    if (options.downgraded && !is_downgraded(*entry)) continue;
    if (options.failing && entry->failures == 0) continue;
    print_entry(*entry, options.json);
    ++shown;
  }
  if (!options.json) std::printf("%s\n", counted(shown, options.kind).c_str());
  return 0;
}

MemoryEntry const* find_entry(MemoryOptions const& options, Entries const& entries) {
  auto const found = std::find_if(entries.begin(), entries.end(), [&](MemoryEntry const& entry) {
    return policy::print(entry.kind) == options.kind && iequals(entry.name, options.name);
  });
  return found == entries.end() ? nullptr : &*found;
}

std::string nothing_remembered(MemoryOptions const& options) {
  return "nothing is remembered of the " + options.kind + " " + options.name;
}

int show(MemoryOptions const& options, Entries const& entries) {
  auto const* entry = find_entry(options, entries);
  if (entry == nullptr) return complain(nothing_remembered(options));
  print_entry(*entry, options.json);
  return 0;
}

int forget(MemoryOptions const& options, DataPaths const& paths) {
  auto const answer = ask_server(paths.control, "DELETE", "/api/memory/" + options.kind + "/" + options.name);
  if (!answer) return complain(answer.error());
  if (*answer && (*answer)->status != 200) return complain((*answer)->body.at("error").as_string().c_str());
  if (*answer) {
    std::printf("forgotten\n");
    return 0;
  }
  auto const entries = store::load_memory(paths.facts);
  if (!entries) return complain(entries.error());
  if (find_entry(options, *entries) == nullptr) return complain(nothing_remembered(options));
  auto const kind = *parse_word<policy::MemoryKind>(options.kind);
  if (auto const done = store::forget_memory(paths.facts, kind, options.name); !done)
    return complain(done.error());
  std::printf("forgotten; the server does not run\n");
  return 0;
}

// An export of `postern memory`; else absent.
std::optional<Result<Entries, std::string>> read_export(std::string const& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(export_begins)) return std::nullopt;
  Entries entries;
  int number = 1;
  do {
    auto entry = parse_export_line(line);
    if (!entry) return fail(file + ":" + std::to_string(number) + ": not a line of an export");
    entries.push_back(*std::move(entry));
    ++number;
  } while (std::getline(in, line));
  return entries;
}

Result<Entries, std::string> read_sources(std::vector<std::string> const& inputs, std::string const& format) {
  std::optional<whatif::Format> known;
  if (!format.empty() && !(known = whatif::parse_format(format)))
    return fail("--format " + format + ": no such format");
  auto opened = open_inputs(inputs, known, {});
  if (opened.readers.empty()) return fail(std::string("no source could be read"));
  whatif::Replay replay({}, {});
  {
    Progress progress(opened.bytes);
    replay_inputs(opened.readers, replay, [&](std::uint64_t bytes) { progress.tell(bytes); });
  }
  if (!were_all_read(opened.readers)) return fail(std::string("nothing was learnt: run this again"));
  Entries entries;
  replay.memory().for_each([&](MemoryEntry const& entry) { entries.push_back(entry); });
  return entries;
}

int import(MemoryOptions const& options, DataPaths const& paths) {
  Entries entries;
  std::vector<std::string> others;
  for (auto const& input : options.inputs) {
    auto exported = read_export(input);
    if (!exported) {
      others.push_back(input);
      continue;
    }
    if (!*exported) return complain(exported->error());
    entries.insert(entries.end(), (*exported)->begin(), (*exported)->end());
  }
  if (!others.empty()) {
    auto read = read_sources(others, options.format);
    if (!read) return complain(read.error());
    entries.insert(entries.end(), read->begin(), read->end());
  }
  std::string const directory = paths.facts.substr(0, paths.facts.rfind('/'));
  errno = 0;
  if (!store::real_files().make_directories(directory))
    return complain("the data directory " + directory + " cannot be made: " + why_not(errno));
  if (auto const left = store::import_memory(paths.facts, entries); !left) return complain(left.error());
  auto const hosts = std::count_if(entries.begin(), entries.end(), [](auto const& e) {
    return e.kind == policy::MemoryKind::host && e.sessions > 0;
  });
  auto const answer = ask_server(paths.control, "POST", "/api/memory/import");
  if (!answer) return complain(answer.error());
  if (*answer && (*answer)->status != 200) return complain((*answer)->body.at("error").as_string().c_str());
  std::printf("%s, %s with TLS among them%s\n", counted(entries.size(), "entry", "entries").c_str(),
              counted(static_cast<std::uint64_t>(hosts), "host").c_str(),
              *answer ? "" : "; the server takes them in when it starts");
  return 0;
}

}  // namespace

int run_memory(MemoryOptions const& options) {
  auto const found = settings_of_server(options.config);
  if (found.code != 0) return found.code;
  auto const directory = found.settings.data_directory();
  DataPaths const paths(directory);
  if (options.action == MemoryAction::import_) return import(options, paths);  // also before the first start
  if (int const code = require_data_directory(directory); code != 0) return code;
  if (int const code = require_readable(paths.facts); code != 0) return code;
  if (options.action == MemoryAction::forget) return forget(options, paths);
  auto const entries = store::load_memory(paths.facts);
  if (!entries) return complain(entries.error());
  if (options.action == MemoryAction::show) return show(options, *entries);
  if (options.action == MemoryAction::list) return list(options, *entries);
  for (auto const& entry : *entries) print_entry(entry, true);
  return 0;
}

}  // namespace postern::app
