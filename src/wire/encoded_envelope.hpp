// An envelope as the queue keeps it in memory: encoded, with each recipient apart, so that whoever reads or
// settles some recipients pays for these alone, however many others there are. Memory: about 60 bytes and
// what the recipient's texts take, for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/envelope.hpp"
#include "wire/segment_record.hpp"

namespace postern::wire {

class EncodedEnvelope {
 public:
  EncodedEnvelope() = default;  // nobody's, for nobody
  explicit EncodedEnvelope(Envelope const& envelope);
  static std::optional<EncodedEnvelope> parse(std::string_view bytes);  // absent when damaged

  std::string bytes() const;  // as encode() gives the whole envelope
  std::size_t size() const { return recipients_.size(); }
  bool settled() const { return waiting_ == 0; }  // no recipient waits any more

  std::optional<Envelope> decode() const;
  // With these recipients alone, in this order. Absent when it has no such recipient.
  std::optional<Envelope> decode(std::vector<std::uint32_t> const& recipients) const;

  void settle(Settlement const& settlement);  // of a recipient that it does not have: nothing happens
  void hold(bool held);
  void move(std::string_view route);

 private:
  std::optional<Envelope> decode_head() const;
  template <class Change>
  void change_head(Change change);

  std::string head_;  // what stands before the number of recipients
  std::vector<std::string> recipients_;
  std::size_t waiting_ = 0;
};

}  // namespace postern::wire
