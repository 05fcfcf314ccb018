#include "whatif/readers/readers.hpp"

#include <array>

#include "whatif/readers/cisco_log.hpp"
#include "whatif/readers/exchange_log.hpp"
#include "whatif/readers/exim_log.hpp"
#include "whatif/readers/extract_reader.hpp"
#include "whatif/readers/fortimail_log.hpp"
#include "whatif/readers/generic_table.hpp"
#include "whatif/readers/haraka_log.hpp"
#include "whatif/readers/hmailserver_log.hpp"
#include "whatif/readers/journal_export.hpp"
#include "whatif/readers/json_lines.hpp"
#include "whatif/readers/mailbox.hpp"
#include "whatif/readers/mdaemon_log.hpp"
#include "whatif/readers/opensmtpd_log.hpp"
#include "whatif/readers/own_facts.hpp"
#include "whatif/readers/proofpoint_log.hpp"
#include "whatif/readers/rspamd_log.hpp"
#include "whatif/readers/smartermail_log.hpp"
#include "whatif/readers/stalwart_log.hpp"
#include "whatif/readers/system_log.hpp"

namespace postern::whatif {
namespace {

// clang-format off
constexpr std::array<ReaderEntry, format_count> table{
    facts_reader,
    extract_reader,
    journal_reader,
    mbox_reader,
    exchange_reader,
    csv_reader,
    message_reader,
    haraka_reader,
    proofpoint_reader,
    json_lines_reader,
    fortimail_reader,
    cisco_reader,
    stalwart_reader,
    hmailserver_reader,
    mdaemon_reader,
    smartermail_reader,
    rspamd_reader,
    opensmtpd_reader,
    exim_reader,
    system_log_reader,
};
// clang-format on

constexpr bool is_in_order_of_format() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].format) != i) return false;
  return true;
}

constexpr bool are_named() {
  for (auto const& entry : table)
    if (entry.name.empty() || entry.reads.empty()) return false;
  return true;
}

static_assert(is_in_order_of_format(), "each Format has its row, in the order of the enum");
static_assert(are_named(), "each reader has a name for --format and a phrase for its help");

}  // namespace

std::span<ReaderEntry const> readers() { return table; }

std::optional<Format> parse_format(std::string_view name) {
  for (auto const& entry : table)
    if (entry.name == name) return entry.format;
  return std::nullopt;
}

std::string format_names() {
  std::string out;
  for (auto const& entry : table) {
    if (!out.empty()) out += ", ";
    out += entry.name;
  }
  return out;
}

std::string format_help() {
  std::string out;
  for (auto const& entry : table) {
    if (!out.empty()) out += ", ";
    out += std::string(entry.name) + " (" + std::string(entry.reads) + ")";
  }
  return out;
}

std::unique_ptr<FactsSource> make_source(Format format, SourceSettings settings, ReceptionSink& sink) {
  auto const make = table[static_cast<std::size_t>(format)].make;
  return make == nullptr ? nullptr : make(std::move(settings), sink);
}

}  // namespace postern::whatif
