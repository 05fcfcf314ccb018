#include "wire/tls_report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

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

// What is of another type than it should be counts as missing: reports come from many programs.
json::value const* find(json::value const& value, std::string_view key) {
  auto const* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

std::string text_at(json::value const& value, std::string_view key) {
  auto const* found = find(value, key);
  return found != nullptr && found->is_string() ? std::string(found->get_string().c_str()) : std::string();
}

std::uint64_t count_at(json::value const& value, std::string_view key) {
  auto const* found = find(value, key);
  if (found == nullptr) return 0;
  if (found->is_uint64()) return found->get_uint64();
  return found->is_int64() && found->get_int64() > 0 ? static_cast<std::uint64_t>(found->get_int64()) : 0;
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

TlsPolicyResult to_policy(json::value const& value) {
  TlsPolicyResult result;
  if (auto const* policy = find(value, "policy")) {
    result.type = text_at(*policy, "policy-type");
    result.policy = texts_at(*policy, "policy-string");
    result.domain = text_at(*policy, "policy-domain");
    result.mx_hosts = texts_at(*policy, "mx-host");
  }
  if (auto const* summary = find(value, "summary")) {
    result.successful = count_at(*summary, "total-successful-session-count");
    result.failed = count_at(*summary, "total-failure-session-count");
  }
  auto const* failures = find(value, "failure-details");
  if (failures == nullptr || !failures->is_array()) return result;
  for (auto const& each : failures->get_array()) {
    if (result.failures.size() == failure_limit) break;
    result.failures.push_back({.result = text_at(each, "result-type"),
                               .sending_ip = text_at(each, "sending-mta-ip"),
                               .receiving_host = text_at(each, "receiving-mx-hostname"),
                               .receiving_ip = text_at(each, "receiving-ip"),
                               .sessions = count_at(each, "failed-session-count"),
                               .reason = text_at(each, "failure-reason-code")});
  }
  return result;
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
  auto const value = json::parse({text.data(), text.size()}, error);
  if (error) return fail("no JSON: " + error.message());
  auto const* policies = find(value, "policies");
  if (policies == nullptr || !policies->is_array())
    return fail(std::string("JSON, but no TLS report: it has no list of policies"));
  TlsReport report;
  report.organization = text_at(value, "organization-name");
  report.contact = text_at(value, "contact-info");
  report.id = text_at(value, "report-id");
  if (auto const* range = find(value, "date-range")) {
    report.start = text_at(*range, "start-datetime");
    report.end = text_at(*range, "end-datetime");
  }
  for (auto const& policy : policies->get_array()) {
    if (report.policies.size() == policy_limit) break;
    report.policies.push_back(to_policy(policy));
  }
  return report;
}

}  // namespace postern::wire
