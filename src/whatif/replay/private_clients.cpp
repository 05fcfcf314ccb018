#include "whatif/replay/private_clients.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/hash.hpp"

namespace postern::whatif {
namespace {

// One address that stands for many: it has this share of all mail, and this many names.
constexpr double nearly_all = 0.8;
constexpr std::size_t many_names = 4;

void add_name(boost::unordered_flat_set<std::uint64_t>& names, std::string_view name) {
  if (!name.empty() && names.size() < PrivateClients::most_names) names.insert(hash_of(lowered(name)));
}

}  // namespace

bool PrivateClients::is_private(IpAddress const& client) {
  return client.is_private() || client.is_link_local();
}

void PrivateClients::saw(Reception const& message) {
  ++messages_;
  if (clients_.size() >= most_clients && !clients_.contains(message.client)) return;
  auto& client = clients_[message.client];
  ++client.messages;
  add_name(client.helos, message.helo);
  std::string_view const sender = message.sender;
  if (auto const at = sender.rfind('@'); at != std::string_view::npos)
    add_name(client.senders, sender.substr(at + 1));
}

std::vector<std::string> PrivateClients::notes(std::uint64_t from_outside) const {
  std::vector<std::string> out;
  if (messages_ == 0) return out;
  auto const most = std::max_element(clients_.begin(), clients_.end(), [](auto const& a, auto const& b) {
    if (a.second.messages != b.second.messages) return a.second.messages < b.second.messages;
    return b.first.bytes() < a.first.bytes();
  });
  auto const& [address, client] = *most;
  auto const all = static_cast<double>(messages_ + from_outside);
  auto const names = std::max(client.senders.size(), client.helos.size());
  if (static_cast<double>(client.messages) >= nearly_all * all && names >= many_names)
    out.push_back(
        "ATTENTION: " + std::to_string(client.messages) + " of " + std::to_string(messages_ + from_outside) +
        " messages come from the one private address " + address.print() + ", in the name of " +
        std::to_string(names) +
        " others. That is no sender but something in front that hides them: Docker's userland proxy, a load "
        "balancer or a mail gateway. Who sent this mail is not in this log, and it is not counted. With "
        "Docker, set \"userland-proxy\": false, or use the host's network; a balancer can name the clients "
        "by "
        "the PROXY protocol; of a gateway, read its own log.");
  out.push_back(
      std::to_string(messages_) + (messages_ == 1 ? " message" : " messages") +
      " from private networks (RFC 1918, RFC 6598, RFC 4193, link-local) " + (messages_ == 1 ? "is" : "are") +
      " not counted as from outside. If strangers come from these addresses, a proxy in front hides "
      "who they are.");
  return out;
}

}  // namespace postern::whatif
