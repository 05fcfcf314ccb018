#include "whatif/readers/stored_mail.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "whatif/readers/microsoft_hosts.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_counted = 1000;
constexpr std::uint64_t enough_for_a_gateway = 50;  // messages

template <class Key>
void count_bounded(std::map<Key, std::uint64_t>& counts, Key const& key) {
  if (counts.size() < most_counted || counts.contains(key)) ++counts[key];
}

bool is_nearly_all(std::uint64_t part, std::uint64_t all) { return part >= all / 10 * 9; }

}  // namespace

void StoredMail::message(std::string_view header, bool junk_folder, std::optional<Instant> filed) {
  ++stats_.lines;
  if (header.find(':') == std::string_view::npos) {
    stats_.skip(header.substr(0, 160), "no header section");
    return;
  }
  auto read = read_message(
      header, border_, {.junk_folder = junk_folder, .filed = filed, .mailbox_changed = settings_.reference});
  count(read);
  undecided_.take(std::move(read));
}

void StoredMail::count(MailboxMessage const& message) {
  if (message.reception.origin == Origin::local || !message.reception.has_client) return;
  count_bounded(borders_, message.border);
  if (message.reception.origin != Origin::outside) return;
  ++from_outside_;
  count_bounded(clients_, message.reception.client.bytes());
  auto const helo = lowered(message.reception.helo);
  if (helo.find(".outbound.") != std::string::npos && is_microsoft_border(helo) &&
      !message.border.starts_with('*'))
    ++by_way_of_microsoft_;
}

void StoredMail::note_borders() {
  if (!border_.inferred() || borders_.empty()) return;
  std::vector<std::pair<std::uint64_t, std::string>> most;
  for (auto const& [host, messages] : borders_) most.emplace_back(messages, host);
  std::sort(most.rbegin(), most.rend());
  std::string note = "The border was inferred: the first hop from outside was written by ";
  for (std::size_t i = 0; i < most.size() && i < 3; ++i) {
    if (i > 0) note += ", ";
    note += most[i].second.empty() ? "a host without a name" : printable(most[i].second, 80);
    note += " (" + std::to_string(most[i].first) + ")";
  }
  if (most.size() > 3) note += " and " + std::to_string(most.size() - 3) + " more";
  stats_.note(note + ". Name your own with --border HOST if that is not you.");
}

// Mail that nearly all comes from one host, or by way of Microsoft 365, may have come over a border before.
void StoredMail::note_gateway() {
  if (!border_.inferred() || from_outside_ < enough_for_a_gateway) return;
  auto const of_all = " of " + std::to_string(from_outside_) + " messages came ";
  if (is_nearly_all(by_way_of_microsoft_, from_outside_)) {
    stats_.note(std::to_string(by_way_of_microsoft_) + of_all +
                "by way of Microsoft 365. If it takes your mail from outside, name it with --border "
                "protection.outlook.com.");
    return;
  }
  auto const most = std::max_element(clients_.begin(), clients_.end(),
                                     [](auto const& a, auto const& b) { return a.second < b.second; });
  if (most == clients_.end() || !is_nearly_all(most->second, from_outside_)) return;
  stats_.note(
      std::to_string(most->second) + of_all + "from " + IpAddress::from_v6(most->first).print() +
      ". If that is a mail host of your own, the answer is about the way behind it: name the host that "
      "takes your mail from outside with --border HOST.");
}

void StoredMail::end() {
  note_borders();
  note_gateway();
  undecided_.end(stats_);
}

}  // namespace postern::whatif
