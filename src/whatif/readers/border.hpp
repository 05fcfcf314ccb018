// Which of a message's Received fields tells how it came from outside: the topmost that the own border wrote.
// What lies below is not ours to count, what lies above went on inside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "whatif/readers/received_hop.hpp"

namespace postern::whatif {

class Border {
 public:
  // `hosts`: names of the own border ("mx.example.org"; "example.org" stands for every host in it). Empty: it
  // is inferred as the first hop from outside.
  explicit Border(std::vector<std::string> hosts);

  // `hops` from the top. Null: none came from outside.
  ReceivedHop const* find(std::vector<ReceivedHop> const& hops) const;
  bool inferred() const { return hosts_.empty(); }

 private:
  bool is_ours(std::string_view host) const;
  std::vector<std::string> hosts_;  // lower case
};

}  // namespace postern::whatif
