#include "auth/dmarc_record.hpp"

#include <charconv>

#include "auth/tag_list.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_reports = 10;

// Section 6.3: the version comes first, and is written so.
bool is_dmarc_record(std::string_view text) {
  auto const first = text.substr(0, text.find(';'));
  auto const equals = first.find('=');
  return equals != std::string_view::npos && trimmed(first.substr(0, equals)) == "v" &&
         trimmed(first.substr(equals + 1)) == "DMARC1";
}

std::optional<DmarcPolicy> policy_named(std::optional<std::string_view> name) {
  if (!name) return std::nullopt;
  if (iequals(*name, "none")) return DmarcPolicy::none;
  if (iequals(*name, "quarantine")) return DmarcPolicy::quarantine;
  if (iequals(*name, "reject")) return DmarcPolicy::reject;
  return std::nullopt;
}

Alignment alignment_named(std::optional<std::string_view> name) {
  return name && iequals(*name, "s") ? Alignment::strict : Alignment::relaxed;
}

int percent_in(std::optional<std::string_view> text) {
  int value = 100;
  if (!text) return value;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  bool const good = error == std::errc() && end == text->data() + text->size() && value >= 0 && value <= 100;
  return good ? value : 100;
}

std::vector<std::string> reports_in(std::optional<std::string_view> text) {
  std::vector<std::string> out;
  if (!text) return out;
  for (auto const uri : split_list(*text, ','))
    if (uri.find(':') != std::string_view::npos && is_ascii(uri) && out.size() < most_reports)
      out.emplace_back(uri);
  return out;
}

std::optional<DmarcRecord> parse_one(std::string_view text) {
  auto const tags = TagList::parse_well_formed(text);
  DmarcRecord out;
  out.reports = reports_in(tags.find("rua"));
  auto const policy = policy_named(tags.find("p"));
  out.subdomain_policy = policy_named(tags.find("sp"));
  out.no_such_name_policy = policy_named(tags.find("np"));
  // Section 6.6.3: without a usable p=, or with an sp= that says nothing known, a record that asks for
  // reports counts as p=none, and another one as none.
  bool const is_usable = policy && out.subdomain_policy.has_value() == tags.find("sp").has_value();
  if (!is_usable) {
    if (out.reports.empty()) return std::nullopt;
    out.subdomain_policy.reset();
    out.no_such_name_policy.reset();
  }
  out.policy = is_usable ? *policy : DmarcPolicy::none;
  out.dkim_alignment = alignment_named(tags.find("adkim"));
  out.spf_alignment = alignment_named(tags.find("aspf"));
  out.percent = percent_in(tags.find("pct"));
  if (auto const testing = tags.find("t")) out.testing = iequals(*testing, "y");
  if (auto const suffix = tags.find("psd")) {
    if (iequals(*suffix, "y")) out.public_suffix = PublicSuffix::yes;
    if (iequals(*suffix, "n")) out.public_suffix = PublicSuffix::no;
  }
  return out;
}

}  // namespace

Words<DmarcPolicy> words_of(DmarcPolicy) {
  static constexpr Word<DmarcPolicy> words[] = {
      {DmarcPolicy::none, "none"}, {DmarcPolicy::quarantine, "quarantine"}, {DmarcPolicy::reject, "reject"}};
  static_assert(is_complete(words));
  return words;
}

std::optional<DmarcRecord> parse_dmarc_record(std::vector<std::string> const& texts) {
  std::string const* found = nullptr;
  for (auto const& text : texts) {
    if (!is_dmarc_record(text)) continue;
    if (found != nullptr) return std::nullopt;
    found = &text;
  }
  return found == nullptr ? std::nullopt : parse_one(*found);
}

}  // namespace postern::auth
