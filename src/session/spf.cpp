#include "session/spf.hpp"

#include <netinet/in.h>

#include <atomic>
#include <cstring>
#include <future>

extern "C" {
#include <spf2/spf.h>
}

#include "wire/dns_records.hpp"

namespace postern::session {
namespace {

constexpr std::chrono::seconds question_limit{10};
constexpr std::chrono::milliseconds glance{100};  // how often it is looked whether we go down
constexpr int most_records = 100;                 // of an answer

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

}  // namespace

// The layer through which libspf2 asks the DNS.
struct SpfChecker::Layer {
  SPF_dns_server_t server{};

  net::Dns& dns;
  std::atomic<bool> stopping{false};

  explicit Layer(net::Dns& asked) : dns(asked) {
    server.lookup = look_up;
    server.name = "postern";
    server.hook = this;
  }

  static Layer& layer_of(SPF_dns_server_t* server) { return *static_cast<Layer*>(server->hook); }

  bool arrives(std::future<net::DnsAnswer>& future) const {
    auto const end = std::chrono::steady_clock::now() + question_limit;
    while (!stopping && std::chrono::steady_clock::now() < end)
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

  static SPF_dns_rr_t* look_up(SPF_dns_server_t* server, char const* domain, ns_type type, int) {
    auto const asked = type_of(type);
    net::DnsAnswer answer;
    answer.status = net::DnsStatus::no_data;
    if (asked) {
      auto told = std::make_shared<std::promise<net::DnsAnswer>>();
      auto future = told->get_future();
      layer_of(server).dns.ask(domain, *asked,
                               [told](net::DnsAnswer given) { told->set_value(std::move(given)); });
      answer.status = net::DnsStatus::failed;
      if (layer_of(server).arrives(future)) answer = taken(future);
    }
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
};

SpfChecker::SpfChecker(net::Dns& dns) : dns_(dns), layer_(std::make_unique<Layer>(dns)) {}
SpfChecker::~SpfChecker() = default;

void SpfChecker::stop() { layer_->stopping = true; }

policy::Spf SpfChecker::check(IpAddress const& client, std::string const& helo,
                              std::optional<Address> const& sender) {
  if (!dns_.enabled()) return policy::Spf::not_asked;
  Server const server(SPF_server_new_dns(&layer_->server, 0));
  if (!server) return policy::Spf::temperror;
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
  return response ? to_fact(SPF_response_result(response.get())) : policy::Spf::temperror;
}

}  // namespace postern::session
