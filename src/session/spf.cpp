#include "session/spf.hpp"

#include <netinet/in.h>

#include <cstring>
#include <future>
#include <memory>

extern "C" {
#include <spf2/spf.h>
}

#include "wire/dns_records.hpp"

namespace postern::session {
namespace {

constexpr std::chrono::milliseconds glance{100};  // how often it is looked whether there is time left
constexpr int most_records = 100;                 // of an answer

// RFC 7208 section 4.6.4: ten terms that ask the DNS, and ten names for each of them that is "mx" or "ptr".
constexpr int most_terms = 10;
constexpr int most_names_of_term = 10;
constexpr int most_questions = 1 + most_terms * (1 + most_names_of_term);
// Questions without an answer. The section suggests two, which breaks mail that others take.
constexpr int most_void_questions = 10;

std::optional<wire::DnsType> type_of(ns_type type) {
  switch (static_cast<int>(type)) {
    case ns_t_a: return wire::DnsType::a;
    case ns_t_aaaa: return wire::DnsType::aaaa;
    case ns_t_mx: return wire::DnsType::mx;
    case ns_t_ptr: return wire::DnsType::ptr;
    case ns_t_txt: return wire::DnsType::txt;
    default: return std::nullopt;  // SPF's own type is obsolete (RFC 7208 section 3.1)
  }
}

// One record as libspf2 keeps it: an address in binary, or a text with its null.
std::optional<std::string> record_for(wire::DnsType type, std::string const& data) {
  switch (type) {
    case wire::DnsType::a:
    case wire::DnsType::aaaa: return data;
    case wire::DnsType::mx: {
      auto mx = wire::parse_mx(data);
      if (!mx) return std::nullopt;
      return mx->host + '\0';
    }
    case wire::DnsType::ptr: {
      auto name = wire::parse_dns_name(data);
      if (!name) return std::nullopt;
      return *name + '\0';
    }
    case wire::DnsType::txt: {
      auto text = wire::parse_txt(data);
      if (!text) return std::nullopt;
      return *text + '\0';
    }
    case wire::DnsType::cname:
    case wire::DnsType::tlsa: break;
  }
  return std::nullopt;
}

SPF_dns_stat_t status_of(net::DnsStatus status) {
  switch (status) {
    case net::DnsStatus::found: return NETDB_SUCCESS;
    case net::DnsStatus::no_data: return NO_DATA;
    case net::DnsStatus::no_such_name: return HOST_NOT_FOUND;
    case net::DnsStatus::failed: break;
  }
  return TRY_AGAIN;
}

policy::Spf to_fact(SPF_result_t result) {
  switch (result) {
    case SPF_RESULT_NEUTRAL: return policy::Spf::neutral;
    case SPF_RESULT_PASS: return policy::Spf::pass;
    case SPF_RESULT_FAIL: return policy::Spf::fail;
    case SPF_RESULT_SOFTFAIL: return policy::Spf::softfail;
    case SPF_RESULT_NONE: return policy::Spf::none;
    case SPF_RESULT_TEMPERROR: return policy::Spf::temperror;
    case SPF_RESULT_PERMERROR: return policy::Spf::permerror;
    case SPF_RESULT_INVALID: break;  // the record cannot be read (RFC 7208 section 2.6.7)
  }
  return policy::Spf::permerror;
}

// libspf2's objects are freed by functions of its own.
template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Server = std::unique_ptr<SPF_server_t, FreeBy<SPF_server_free>>;
using Request = std::unique_ptr<SPF_request_t, FreeBy<SPF_request_free>>;
using Response = std::unique_ptr<SPF_response_t, FreeBy<SPF_response_free>>;

// The layer through which libspf2 asks the DNS, of one evaluation.
class SpfLayer {
 public:
  SpfLayer(net::Dns& dns, std::atomic<bool> const& stopping, SpfChecker::HasTime const& has_time)
      : dns_(dns), stopping_(stopping), has_time_(has_time) {
    server.lookup = look_up;
    server.name = "postern";
    server.hook = this;
  }
  SpfLayer(SpfLayer const&) = delete;
  SpfLayer& operator=(SpfLayer const&) = delete;

  bool asked_too_much() const { return questions_ > most_questions || void_questions_ > most_void_questions; }

  SPF_dns_server_t server{};

 private:
  bool may_ask() {
    ++questions_;
    return !asked_too_much() && !stopping_ && has_time_();
  }

  bool arrives(std::future<net::DnsAnswer>& future) const {
    while (!stopping_ && has_time_())
      if (future.wait_for(glance) == std::future_status::ready) return true;
    return false;
  }

  static net::DnsAnswer taken(std::future<net::DnsAnswer>& future) {
    try {
      return future.get();
    } catch (std::future_error const&) {  // the DNS goes down with us
      return {};
    }
  }

  net::DnsAnswer ask(char const* domain, wire::DnsType type) {
    net::DnsAnswer answer;
    answer.status = net::DnsStatus::failed;
    if (!may_ask()) return answer;
    auto told = std::make_shared<std::promise<net::DnsAnswer>>();
    auto future = told->get_future();
    dns_.ask(domain, type, [told](net::DnsAnswer given) { told->set_value(std::move(given)); });
    if (arrives(future)) answer = taken(future);
    if (answer.status == net::DnsStatus::no_data || answer.status == net::DnsStatus::no_such_name)
      ++void_questions_;
    return answer;
  }

  static SPF_dns_rr_t* look_up(SPF_dns_server_t* server, char const* domain, ns_type type, int) {
    auto const asked = type_of(type);
    net::DnsAnswer answer;
    answer.status = net::DnsStatus::no_data;
    if (asked) answer = static_cast<SpfLayer*>(server->hook)->ask(domain, *asked);
    auto const ttl = static_cast<int>(answer.ttl.count());
    auto* out = SPF_dns_rr_new_init(server, domain, type, ttl, status_of(answer.status));
    if (out == nullptr || answer.status != net::DnsStatus::found) return out;
    for (auto const& data : answer.records) {
      auto const record = record_for(*asked, data);
      if (!record || out->num_rr >= most_records) continue;
      if (SPF_dns_rr_buf_realloc(out, out->num_rr, record->size()) != SPF_E_SUCCESS) break;
      std::memcpy(out->rr[out->num_rr], record->data(), record->size());
      ++out->num_rr;
    }
    return out;
  }

  net::Dns& dns_;
  std::atomic<bool> const& stopping_;
  SpfChecker::HasTime const& has_time_;
  int questions_ = 0;
  int void_questions_ = 0;
};

}  // namespace

bool may_go_on(Duration since_asked, Duration since_begun, bool others_wait) {
  return since_asked < spf_limit && (!others_wait || since_begun < spf_crowded_limit);
}

policy::Spf SpfChecker::check(IpAddress const& client, std::string const& helo,
                              std::optional<Address> const& sender, HasTime const& has_time) {
  if (!dns_.enabled()) return policy::Spf::not_asked;
  if (!has_time()) return policy::Spf::temperror;
  SpfLayer layer(dns_, stopping_, has_time);
  Server const server(SPF_server_new_dns(&layer.server, 0));
  if (!server) return policy::Spf::temperror;
  SPF_server_set_max_dns_mech(server.get(), most_terms);
  SPF_server_set_max_dns_mx(server.get(), most_names_of_term);
  SPF_server_set_max_dns_ptr(server.get(), most_names_of_term);
  Request const request(SPF_request_new(server.get()));
  if (!request) return policy::Spf::temperror;
  auto const set = client.is_v4() ? SPF_request_set_ipv4_str : SPF_request_set_ipv6_str;
  if (set(request.get(), client.print().c_str()) != SPF_E_SUCCESS) return policy::Spf::permerror;
  if (SPF_request_set_helo_dom(request.get(), helo.c_str()) != SPF_E_SUCCESS) return policy::Spf::none;
  if (sender && sender->domain() != nullptr) {
    std::string const from = sender->local_part() + "@" + sender->domain()->a_label();
    SPF_request_set_env_from(request.get(), from.c_str());
  }
  SPF_response_t* made = nullptr;
  SPF_request_query_mailfrom(request.get(), &made);
  Response const response(made);
  if (layer.asked_too_much()) return policy::Spf::permerror;
  if (stopping_ || !has_time()) return policy::Spf::temperror;  // whatever libspf2 makes of missing answers
  return response ? to_fact(SPF_response_result(response.get())) : policy::Spf::temperror;
}

}  // namespace postern::session
