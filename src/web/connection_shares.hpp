// The open connections of a server, the oldest first, with room for all who come: for one more, another is
// given up. It is one of the same client network when that has its share, else one of the network that has
// most: the oldest that waits for a request, or, where all of them are being answered, the oldest. So neither
// silence nor an answer that is not read keeps others out. Connections of this host are one network with a
// share of its own, since a reverse proxy here brings everybody's. Thread: its event loop.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/client_network.hpp"

namespace postern::web {

struct ConnectionLimits {
  std::size_t in_all = 100;
  std::size_t of_network = 20;
  std::size_t of_this_host = 50;  // ClientNetwork()
};

// A Connection has network(), waits_for_request(), and give_up(), which ends nothing within the call.
template <class Connection>
class ConnectionShares {
 public:
  explicit ConnectionShares(ConnectionLimits limits) : limits_(limits) {}

  void enter(std::shared_ptr<Connection> const& connection) {
    make_room(connection->network());
    open_.push_back(connection);
    ++of_networks_[connection->network()];
  }

  void leave(std::shared_ptr<Connection> const& connection) {  // also after it has been given up
    for (auto place = open_.begin(); place != open_.end(); ++place)
      if (*place == connection) return remove(place);
  }

  std::size_t size() const { return open_.size(); }
  std::size_t size(ClientNetwork const& network) const {
    auto const count = of_networks_.find(network);
    return count == of_networks_.end() ? 0 : count->second;
  }

 private:
  using Place = typename std::list<std::shared_ptr<Connection>>::iterator;

  void make_room(ClientNetwork const& network) {
    auto const share = network == ClientNetwork() ? limits_.of_this_host : limits_.of_network;
    if (size(network) >= share)
      give_up_one_of(network);
    else if (open_.size() >= limits_.in_all)
      give_up_one_of(largest());
  }

  ClientNetwork largest() const {
    ClientNetwork network;
    std::size_t most = 0;
    for (auto const& [of, count] : of_networks_)
      if (count > most) {
        most = count;
        network = of;
      }
    return network;
  }

  void give_up_one_of(ClientNetwork const& network) {
    auto chosen = open_.end();
    for (auto place = open_.begin(); place != open_.end(); ++place) {
      if ((*place)->network() != network) continue;
      if (chosen == open_.end()) chosen = place;
      if (!(*place)->waits_for_request()) continue;
      chosen = place;
      break;
    }
    if (chosen == open_.end()) return;
    (*chosen)->give_up();
    remove(chosen);
  }

  void remove(Place place) {
    auto const count = of_networks_.find((*place)->network());
    if (--count->second == 0) of_networks_.erase(count);
    open_.erase(place);
  }

  ConnectionLimits limits_;
  std::list<std::shared_ptr<Connection>> open_;
  std::unordered_map<ClientNetwork, std::size_t, ClientNetworkHash> of_networks_;
};

}  // namespace postern::web
