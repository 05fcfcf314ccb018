// The open connections of a server, the oldest first, with room for all who come: for one more, the
// connection is given up that has waited for a request the longest. It is one of the same client network when
// that has its share, else one of the network that has most. Thread: its event loop.
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
};

// A Connection has network(), waits_for_request(), and give_up(), which ends nothing within the call.
template <class Connection>
class ConnectionShares {
 public:
  explicit ConnectionShares(ConnectionLimits limits) : limits_(limits) {}

  // False: there is no room, and nobody waits for a request who could give way.
  bool enter(std::shared_ptr<Connection> const& connection) {
    if (!make_room(connection->network())) return false;
    open_.push_back(connection);
    ++of_networks_[connection->network()];
    return true;
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

  bool make_room(ClientNetwork const& network) {
    if (size(network) >= limits_.of_network) return give_up_oldest_of(network);
    return open_.size() < limits_.in_all || give_up_oldest_of(largest());
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

  bool give_up_oldest_of(ClientNetwork const& network) {
    for (auto place = open_.begin(); place != open_.end(); ++place) {
      if ((*place)->network() != network || !(*place)->waits_for_request()) continue;
      (*place)->give_up();
      remove(place);
      return true;
    }
    return false;
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
