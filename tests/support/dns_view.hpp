// Puts answers of a DNS that does not exist into a view.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "auth/dns_view.hpp"

namespace postern::tests {

// The data of a TXT record: strings of at most 255 octets (RFC 1035 section 3.3.14).
inline std::string txt_data(std::string_view text) {
  std::string out;
  do {
    auto const part = text.substr(0, 255);
    out += static_cast<char>(part.size());
    out += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return out;
}

inline void put_txt(auth::DnsView& dns, std::string name, std::string_view text) {
  dns.put({std::move(name), wire::DnsType::txt},
          {.status = auth::DnsReply::Status::found, .records = {txt_data(text)}});
}

// "mx.example.org" as labels (RFC 1035 section 3.1).
inline std::string name_data(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    auto const label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  return out + '\0';
}

// A DNS of records as a zone file would have them: it answers whatever is wanted. Names that have none do not
// exist; those in `broken` give no answer.
struct SmallDns {
  std::multimap<std::pair<std::string, wire::DnsType>, std::string> records = {};
  std::set<std::string> broken = {};
  int questions = 0;

  void txt(std::string name, std::string_view text) {
    add(std::move(name), wire::DnsType::txt, txt_data(text));
  }
  void mx(std::string name, int preference, std::string_view host) {
    std::string data{static_cast<char>(preference >> 8), static_cast<char>(preference & 0xFF)};
    add(std::move(name), wire::DnsType::mx, data + name_data(host));
  }
  void address(std::string name, char const* text) {
    auto const address = *IpAddress::parse(text);
    auto const& bytes = address.bytes();
    if (address.is_v4())
      add(std::move(name), wire::DnsType::a, std::string(bytes.begin() + 12, bytes.end()));
    else
      add(std::move(name), wire::DnsType::aaaa, std::string(bytes.begin(), bytes.end()));
  }
  void pointer(char const* address, std::string_view name) {
    add(IpAddress::parse(address)->print_arpa(), wire::DnsType::ptr, name_data(name));
  }
  void add(std::string name, wire::DnsType type, std::string data) {
    records.emplace(std::pair(std::move(name), type), std::move(data));
  }

  void answer(auth::DnsView& view) {
    for (auto const& question : view.take_wanted()) {
      ++questions;
      view.put(question, reply_to(question));
    }
  }
  auth::DnsReply reply_to(auth::DnsQuestion const& question) const {
    if (broken.contains(question.name)) return {.status = auth::DnsReply::Status::failed};
    auth::DnsReply out{.status = auth::DnsReply::Status::no_such_name};
    for (auto const& [key, data] : records) {
      if (key.first != question.name) continue;
      if (out.status == auth::DnsReply::Status::no_such_name) out.status = auth::DnsReply::Status::no_data;
      if (key.second != question.type) continue;
      out.status = auth::DnsReply::Status::found;
      out.records.push_back(data);
    }
    return out;
  }

  // Evaluates until nothing is wanted any more.
  template <class Evaluate>
  auto settle(Evaluate evaluate) {
    auth::DnsView view;
    for (int round = 0; round < 100; ++round) {
      if (auto result = evaluate(view)) return *result;
      if (view.wanted().empty()) throw std::runtime_error("nothing is wanted, and nothing comes of it");
      answer(view);
    }
    throw std::runtime_error("it never ends");
  }
};

}  // namespace postern::tests
