#include "wire/tls_report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

namespace json = boost::json;

constexpr std::size_t policy_limit = 10'000;
constexpr std::size_t failure_limit = 10'000;

json::array to_array(std::vector<std::string> const& texts) {
  json::array array;
  for (auto const& text : texts) array.emplace_back(text);
  return array;
}

json::object to_json(TlsFailure const& failure) {
  json::object out{{"result-type", failure.result}, {"failed-session-count", failure.sessions}};
  if (!failure.sending_ip.empty()) out["sending-mta-ip"] = failure.sending_ip;
  if (!failure.receiving_host.empty()) out["receiving-mx-hostname"] = failure.receiving_host;
  if (!failure.receiving_ip.empty()) out["receiving-ip"] = failure.receiving_ip;
  if (!failure.reason.empty()) out["failure-reason-code"] = failure.reason;
  return out;
}

json::object to_json(TlsPolicyResult const& result) {
  json::object policy{{"policy-type", result.type}, {"policy-domain", result.domain}};
  if (!result.policy.empty()) policy["policy-string"] = to_array(result.policy);
  if (!result.mx_hosts.empty()) policy["mx-host"] = to_array(result.mx_hosts);
  json::object out{{"policy", std::move(policy)},
                   {"summary", json::object{{"total-successful-session-count", result.successful},
                                            {"total-failure-session-count", result.failed}}}};
  json::array failures;
  for (auto const& failure : result.failures) failures.push_back(to_json(failure));
  if (!failures.empty()) out["failure-details"] = std::move(failures);
  return out;
}

// Reports come from many programs. A list of one object may stand where an object should.
json::value const* find(json::value const& value, std::string_view key) {
  auto const* object = value.if_object();
  if (auto const* list = value.if_array(); list != nullptr && list->size() == 1)
    object = list->front().if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

// As a list: an object alone is one of a single item. Not readable: it is neither.
struct ItemsOf {
  json::value const* first = nullptr;
  std::size_t count = 0;
  bool readable = false;

  json::value const* begin() const { return first; }
  json::value const* end() const { return first + count; }
};

ItemsOf items_of(json::value const* value) {
  if (value == nullptr) return {};
  if (auto const* list = value->if_array())
    return {.first = list->data(), .count = list->size(), .readable = true};
  if (auto const* object = value->if_object(); object != nullptr && !object->empty())
    return {.first = value, .count = 1, .readable = true};
  return {};
}

std::string text_at(json::value const& value, std::string_view key) {
  auto const* found = find(value, key);
  if (found == nullptr) return {};
  if (found->is_number()) return json::serialize(*found);
  return found->is_string() ? std::string(found->get_string().c_str()) : std::string();
}

// What could not be read, so far. Bounds: a stranger's report does not make a list of any length.
class Unread {
 public:
  void add(std::string sentence) {
    if (sentences_.size() < limit) sentences_.push_back(std::move(sentence));
    if (sentences_.size() == limit) sentences_.emplace_back("there is more that cannot be read");
  }
  std::vector<std::string> take() { return std::move(sentences_); }

 private:
  static constexpr std::size_t limit = 20;
  std::vector<std::string> sentences_;
};

std::optional<std::uint64_t> to_count(std::string_view text) {
  text = trimmed(text);
  std::uint64_t count = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::optional<std::uint64_t> to_count(json::value const& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_string())
    return to_count(std::string_view(value.get_string().data(), value.get_string().size()));
  if (value.is_int64() && value.get_int64() >= 0) return static_cast<std::uint64_t>(value.get_int64());
  if (!value.is_double()) return std::nullopt;
  double const number = value.get_double();  // "5.0", as languages without integers write it
  bool const is_whole = number >= 0 && number < 0x1p63 && std::trunc(number) >= number;
  return is_whole ? std::optional(static_cast<std::uint64_t>(number)) : std::nullopt;
}

// Absent when it is missing, or cannot be read, which is told.
std::optional<std::uint64_t> count_at(json::value const& value, std::string_view key, Unread& unread) {
  auto const* found = find(value, key);
  if (found == nullptr) return std::nullopt;
  auto const count = to_count(*found);
  if (!count) unread.add(std::string(key) + " is not a count: " + printable(json::serialize(*found), 40));
  return count;
}

std::vector<std::string> texts_at(json::value const& value,
                                  std::string_view key) {  // a text alone is one, too
  std::vector<std::string> texts;
  auto const* found = find(value, key);
  if (found != nullptr && found->is_string()) texts.emplace_back(found->get_string().c_str());
  if (auto const* array = found == nullptr ? nullptr : found->if_array())
    for (auto const& item : *array)
      if (item.is_string() && texts.size() < failure_limit) texts.emplace_back(item.get_string().c_str());
  return texts;
}

std::uint64_t failed_count(json::value const& failure, Unread& unread) {
  constexpr std::string_view key = "failed-session-count";
  auto const count = count_at(failure, key, unread);
  if (find(failure, key) == nullptr) unread.add("a failure has no " + std::string(key));
  return count.value_or(0);
}

void read_failures(json::value const& value, TlsPolicyResult& result, Unread& unread) {
  auto const* found = find(value, "failure-details");
  auto const failures = items_of(found);
  bool const says_none =
      found == nullptr || found->is_null() || (found->is_object() && found->get_object().empty());
  if (!failures.readable && !says_none)
    unread.add("failure-details is no list: " + printable(json::serialize(*found), 40));
  for (auto const& each : failures) {
    if (result.failures.size() == failure_limit) {
      unread.add("a policy has more than 10,000 failures");
      return;
    }
    result.failures.push_back({.result = text_at(each, "result-type"),
                               .sending_ip = text_at(each, "sending-mta-ip"),
                               .receiving_host = text_at(each, "receiving-mx-hostname"),
                               .receiving_ip = text_at(each, "receiving-ip"),
                               .sessions = failed_count(each, unread),
                               .reason = text_at(each, "failure-reason-code")});
  }
}

std::uint64_t sessions_of(std::vector<TlsFailure> const& failures) {
  std::uint64_t sum = 0;
  for (auto const& failure : failures) sum += failure.sessions;
  return sum;
}

TlsPolicyResult to_policy(json::value const& value, Unread& unread) {
  TlsPolicyResult result;
  if (auto const* policy = find(value, "policy")) {
    result.type = text_at(*policy, "policy-type");
    result.policy = texts_at(*policy, "policy-string");
    result.domain = text_at(*policy, "policy-domain");
    result.mx_hosts = texts_at(*policy, "mx-host");
  }
  read_failures(value, result, unread);
  result.failed = sessions_of(result.failures);
  auto const summary = items_of(find(value, "summary"));
  if (summary.count != 1 || items_of(summary.first).count != 1) {
    unread.add("a policy has no summary, and so no count of sessions");
    return result;
  }
  // Programs that leave out what is 0 are common. What is both left out is not both 0.
  constexpr std::string_view successful = "total-successful-session-count";
  constexpr std::string_view failed = "total-failure-session-count";
  auto const& counts = *summary.first;
  if (find(counts, successful) == nullptr && find(counts, failed) == nullptr)
    unread.add("a policy's summary has no count of sessions");
  result.successful = count_at(counts, successful, unread).value_or(0);
  result.failed = count_at(counts, failed, unread).value_or(result.failed);
  return result;
}

std::string_view without_mark(std::string_view text) {  // without a byte order mark and white space
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  text = trimmed(text);
  return text.starts_with(mark) ? trimmed(text.substr(mark.size())) : text;
}

}  // namespace

std::string print(TlsReport const& report) {
  json::array policies;
  for (auto const& policy : report.policies) policies.push_back(to_json(policy));
  json::object const out{
      {"organization-name", report.organization},
      {"date-range", json::object{{"start-datetime", report.start}, {"end-datetime", report.end}}},
      {"contact-info", report.contact},
      {"report-id", report.id},
      {"policies", std::move(policies)}};
  return json::serialize(out);
}

Result<TlsReport, std::string> parse_tls_report(std::string_view text) {
  if (text.size() > tls_report_limit) return fail(std::string("larger than 16 MiB"));
  boost::system::error_code error;
  text = without_mark(text);
  auto const value = json::parse({text.data(), text.size()}, error);
  if (error) return fail("no JSON: " + error.message());
  auto const policies = items_of(value.is_object() ? find(value, "policies") : nullptr);
  if (!policies.readable) return fail(std::string("JSON, but no TLS report: it has no list of policies"));
  TlsReport report;
  report.organization = text_at(value, "organization-name");
  report.contact = text_at(value, "contact-info");
  report.id = text_at(value, "report-id");
  if (auto const* range = find(value, "date-range")) {
    report.start = text_at(*range, "start-datetime");
    report.end = text_at(*range, "end-datetime");
  }
  Unread unread;
  for (auto const& policy : policies) {
    if (report.policies.size() == policy_limit) {
      unread.add("the report has more than 10,000 policies");
      break;
    }
    report.policies.push_back(to_policy(policy, unread));
  }
  report.unread = unread.take();
  return report;
}

bool looks_like_json(std::string_view text) { return without_mark(text).starts_with('{'); }

}  // namespace postern::wire
