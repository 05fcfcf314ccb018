// Which of a message's Received fields tells how it came from outside: the topmost that the own border wrote.
// What lies below is not ours to count, what lies above went on inside. All that is above the border was
// written inside, so it is judged only by what no sender can choose: who wrote a field, how it came there,
// and the address of the client.
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

  // `hops` from the top. `auth_source`: the host that Exchange says has taken the message from outside
  // (X-MS-Exchange-Organization-AuthSource, which it takes off mail that strangers bring); may be empty.
  // Null: none came from outside. A hop without a client: it may be the border, but cannot be read; what lies
  // below might be anybody's words.
  ReceivedHop const* find(std::vector<ReceivedHop> const& hops, std::string_view auth_source = {}) const;
  bool inferred() const { return hosts_.empty(); }

 private:
  bool is_ours(std::string_view host) const;
  bool hides_its_client(ReceivedHop const& hop) const;
  bool is_from_outside(ReceivedHop const& hop) const;
  std::vector<std::string> hosts_;  // lower case
};

// The writer of a border's field, by the name that stands for all its hosts: "*.protection.outlook.com".
std::string border_name(ReceivedHop const& hop);

}  // namespace postern::whatif
