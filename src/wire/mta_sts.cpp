#include "wire/mta_sts.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t pattern_limit = 100;
constexpr std::uint32_t longest_age = 31'557'600;  // RFC 8461 section 3.2: a year

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), is_alnum);
}

std::optional<std::string> id_in(std::string_view record) {
  std::optional<std::string> id;
  std::size_t at = record.find(';');
  while (at != std::string_view::npos) {
    auto const end = record.find(';', at + 1);
    auto const field = trimmed(record.substr(at + 1, end - at - 1));
    at = end;
    if (field.substr(0, 3) != "id=" || id) continue;
    if (!is_id(field.substr(3))) return std::nullopt;
    id = std::string(field.substr(3));
  }
  return id;
}

std::optional<StsMode> parse_mode(std::string_view text) {
  for (auto const mode : {StsMode::none, StsMode::testing, StsMode::enforce})
    if (print(mode) == text) return mode;
  return std::nullopt;
}

bool is_pattern(std::string_view text) {
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  return Domain::parse(text).has_value();
}

}  // namespace

std::string_view print(StsMode mode) {
  switch (mode) {
    case StsMode::none: return "none";
    case StsMode::testing: return "testing";
    case StsMode::enforce: return "enforce";
  }
  return {};
}

bool StsPolicy::lists(std::string_view host) const {
  return std::any_of(mx.begin(), mx.end(), [host](std::string_view pattern) {
    if (pattern.substr(0, 2) != "*.") return pattern == host;
    auto const dot = host.find('.');  // one label, no more (RFC 8461 section 4.1)
    return dot != std::string_view::npos && dot > 0 && host.substr(dot) == pattern.substr(1);
  });
}

std::optional<std::string> parse_sts_record(std::vector<std::string> const& records) {
  std::optional<std::string> found;
  int count = 0;
  for (auto const& record : records) {
    std::string_view const text = record;
    bool const ours = text.substr(0, 7) == "v=STSv1" && trimmed(text.substr(7)).substr(0, 1) == ";";
    if (!ours) continue;
    ++count;
    found = id_in(text);
  }
  return count == 1 ? found : std::nullopt;
}

Result<StsPolicy, std::string> parse_sts_policy(std::string_view text) {
  if (text.size() > sts_policy_limit) return fail(std::string("larger than 64 KiB"));
  StsPolicy policy;
  bool version = false;
  bool mode = false;
  bool age = false;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) return fail("no field: " + printable(line, 80));
    auto const name = trimmed(line.substr(0, colon));
    auto const value = trimmed(line.substr(colon + 1));
    // RFC 8461 section 3.2: of fields that are there twice, the first counts; but for mx.
    if (name == "version" && !version) {
      if (value != "STSv1") return fail("version is not STSv1 but " + printable(value, 80));
      version = true;
    } else if (name == "mode" && !mode) {
      auto const named = parse_mode(value);
      if (!named) return fail("mode is not one of enforce, testing, none but " + printable(value, 80));
      policy.mode = *named;
      mode = true;
    } else if (name == "max_age" && !age) {
      std::uint32_t seconds = 0;
      auto const [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (error != std::errc() || stop != value.data() + value.size() || value.size() > 10)
        return fail("max_age is no number of seconds but " + printable(value, 80));
      policy.max_age = std::chrono::seconds(std::min(seconds, longest_age));
      age = true;
    } else if (name == "mx") {
      if (!is_pattern(value)) return fail("mx is no host name or pattern: " + printable(value, 80));
      if (policy.mx.size() == pattern_limit) return fail(std::string("more than 100 mx fields"));
      policy.mx.push_back(lowered(value));
    }
  }
  if (!version) return fail(std::string("no version"));
  if (!mode) return fail(std::string("no mode"));
  if (!age) return fail(std::string("no max_age"));
  if (policy.mx.empty() && policy.mode != StsMode::none) return fail(std::string("no mx"));
  return policy;
}

std::string print(StsPolicy const& policy) {
  std::string out = "version: STSv1\r\nmode: " + std::string(print(policy.mode)) + "\r\n";
  for (auto const& pattern : policy.mx) out += "mx: " + pattern + "\r\n";
  return out + "max_age: " + std::to_string(policy.max_age.count()) + "\r\n";
}

}  // namespace postern::wire
