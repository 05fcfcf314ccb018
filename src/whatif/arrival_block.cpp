#include "whatif/arrival_block.hpp"

#include <algorithm>
#include <span>

#include "wire/binary.hpp"
#include "wire/varint.hpp"

namespace postern::whatif {
namespace {

// The flags of a record, from the lowest bit on.
constexpr unsigned kind_bit = 0, origin_bit = 2, wanted_bit = 4, outcome_bit = 6, tls_bit = 8,
                   certificate_bit = 10;  // of 0 to 6: absent, or one more than the enum
constexpr std::uint64_t for_want_of_tls = 1U << 13, sender_known = 1U << 14, code_told = 1U << 15,
                        failure_told = 1U << 16, helo_told = 1U << 17, recipients_told = 1U << 18,
                        is_copy = 1U << 19, version_told = 1U << 20;

template <class E>
std::uint64_t bits(E value, unsigned at) {
  return static_cast<std::uint64_t>(value) << at;
}

std::uint64_t flags_of(Reception const& reception) {
  std::uint64_t flags = bits(reception.kind, kind_bit) | bits(reception.origin, origin_bit) |
                        bits(reception.wanted, wanted_bit) | bits(reception.outcome, outcome_bit) |
                        bits(reception.tls.used, tls_bit);
  if (reception.tls.certificate)
    flags |= (static_cast<std::uint64_t>(*reception.tls.certificate) + 1) << certificate_bit;
  if (reception.for_want_of_tls) flags |= for_want_of_tls;
  if (reception.has_sender) flags |= sender_known;
  if (reception.code != 0) flags |= code_told;
  if (!reception.tls.failure.empty()) flags |= failure_told;
  if (!reception.helo.empty()) flags |= helo_told;
  if (!reception.recipients.empty()) flags |= recipients_told;
  if (reception.copy_of != 0) flags |= is_copy;
  if (!reception.tls.version.empty()) flags |= version_told;
  return flags;
}

class BlockReader {
 public:
  explicit BlockReader(std::string_view block) : in_(block) {}

  Result<std::uint64_t, std::string> read(ReceptionSink& sink) {
    if (!read_texts() || !read_hosts()) return fail("a block is damaged");
    auto const count = wire::get_varint(in_);
    if (!in_.ok() || count > ArrivalBlock::most_arrivals) return fail("a block is damaged");
    for (std::uint64_t i = 0; i < count; ++i) {
      Reception reception;
      if (!record(reception)) return fail("a record is damaged");
      sink.take(std::move(reception));
    }
    if (!in_.at_end()) return fail("a block is longer than what is in it");
    return count;
  }

 private:
  struct Host {
    bool has_address = false;
    IpAddress address;
    std::string_view name;
  };

  bool read_texts() {
    auto const count = wire::get_varint(in_);
    if (count > ArrivalBlock::max_block) return false;
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) {
      auto const length = wire::get_varint(in_);
      if (length > ArrivalBlock::max_text) return false;
      texts_.push_back(in_.get_bytes(length));
    }
    return in_.ok();
  }

  bool read_hosts() {
    auto const count = wire::get_varint(in_);
    if (count > ArrivalBlock::most_arrivals) return false;
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) {
      Host host;
      host.has_address = in_.get<std::uint8_t>() != 0;
      if (host.has_address) {
        auto const bytes = in_.get_bytes(16);
        IpAddress::Bytes address{};
        std::copy(bytes.begin(), bytes.end(), address.begin());
        host.address = IpAddress::from_v6(address);
      }
      host.name = text();
      hosts_.push_back(host);
    }
    return in_.ok() && good_;
  }

  // 0: the empty text.
  std::string_view text() {
    auto const place = wire::get_varint(in_);
    if (place == 0) return {};
    if (place > texts_.size()) {
      good_ = false;
      return {};
    }
    return texts_[place - 1];
  }

  // One of an enum whose last value is `last`.
  template <class E>
  E word(unsigned at, std::uint64_t mask, E last) {
    auto const value = flags_ >> at & mask;
    if (value > static_cast<std::uint64_t>(last)) {
      good_ = false;
      return {};
    }
    return static_cast<E>(value);
  }
  bool is(std::uint64_t flag) const { return (flags_ & flag) != 0; }

  void read_flags(Reception& out) {
    flags_ = wire::get_varint(in_);
    out.kind = word(kind_bit, 3, Reception::Kind::session);
    out.origin = word(origin_bit, 3, Origin::local);
    out.wanted = word(wanted_bit, 3, Wanted::unwanted);
    out.outcome = word(outcome_bit, 3, policy::Outcome::aborted);
    out.tls.used = word(tls_bit, 3, Tristate::yes);
    if (auto const certificate = flags_ >> certificate_bit & 7; certificate > 6)
      good_ = false;
    else if (certificate > 0)
      out.tls.certificate = static_cast<policy::ClientCertificate>(certificate - 1);
    out.for_want_of_tls = is(for_want_of_tls);
    out.has_sender = is(sender_known);
  }

  void read_recipients(Reception& out) {
    auto const count = wire::get_varint(in_);
    if (count > most_listed) good_ = false;
    for (std::uint64_t i = 0; i < count && good_ && in_.ok(); ++i) out.recipients.emplace_back(text());
  }

  bool record(Reception& out) {
    read_flags(out);
    at_ += static_cast<std::uint64_t>(wire::get_signed_varint(in_));  // it may wrap in a damaged block
    out.at = from_micros(static_cast<std::int64_t>(at_));
    auto const host = wire::get_varint(in_);
    if (host >= hosts_.size()) return false;
    out.has_client = hosts_[host].has_address;
    out.client = hosts_[host].address;
    out.client_name = hosts_[host].name;
    if (is(version_told)) out.tls.version = text();
    if (out.has_sender) out.sender = text();
    if (is(code_told)) out.code = static_cast<std::uint16_t>(wire::get_varint(in_));
    if (is(failure_told)) out.tls.failure = text();
    if (is(helo_told)) out.helo = text();
    if (is(recipients_told)) read_recipients(out);
    if (is(is_copy)) out.copy_of = in_.get<std::uint64_t>();
    return good_ && in_.ok();
  }

  wire::BinaryReader in_;
  std::vector<std::string_view> texts_;
  std::vector<Host> hosts_;
  std::uint64_t flags_ = 0;
  std::uint64_t at_ = 0;  // microseconds since 1970
  bool good_ = true;
};

}  // namespace

std::uint64_t ArrivalBlock::text(std::string_view text) {
  if (text.empty()) return 0;
  text = text.substr(0, max_text);
  auto const [place, is_new] = text_places_.try_emplace(std::string(text), text_count_ + 1);
  if (is_new) {
    ++text_count_;
    wire::put_varint(texts_, text.size());
    texts_ += text;
  }
  return place->second;
}

std::uint64_t ArrivalBlock::host(Reception const& reception) {
  std::string entry(1, reception.has_client ? '\1' : '\0');
  if (reception.has_client) {
    auto const& address = reception.client.bytes();
    entry.append(address.begin(), address.end());
  }
  wire::put_varint(entry, text(reception.client_name));
  auto const [place, is_new] = host_places_.try_emplace(entry, host_count_);
  if (is_new) {
    ++host_count_;
    hosts_ += entry;
  }
  return place->second;
}

void ArrivalBlock::add(Reception const& reception) {
  ++arrivals_;
  wire::put_varint(records_, flags_of(reception));
  auto const at = to_micros(reception.at);
  wire::put_signed_varint(records_, at - last_);
  last_ = at;
  wire::put_varint(records_, host(reception));
  if (!reception.tls.version.empty()) wire::put_varint(records_, text(reception.tls.version));
  if (reception.has_sender) wire::put_varint(records_, text(reception.sender));
  if (reception.code != 0) wire::put_varint(records_, reception.code);
  if (!reception.tls.failure.empty()) wire::put_varint(records_, text(reception.tls.failure));
  if (!reception.helo.empty()) wire::put_varint(records_, text(reception.helo));
  if (!reception.recipients.empty()) {
    auto const count = std::min(reception.recipients.size(), most_listed);
    wire::put_varint(records_, count);
    for (auto const& recipient : std::span(reception.recipients).first(count))
      wire::put_varint(records_, text(recipient));
  }
  if (reception.copy_of != 0) wire::BinaryWriter(records_).put(reception.copy_of);
}

bool ArrivalBlock::is_full() const {
  return arrivals_ >= most_arrivals || texts_.size() + hosts_.size() + records_.size() >= full_at;
}

std::string ArrivalBlock::take() {
  std::string payload;
  wire::put_varint(payload, text_count_);
  payload += texts_;
  wire::put_varint(payload, host_count_);
  payload += hosts_;
  wire::put_varint(payload, arrivals_);
  payload += records_;
  *this = {};
  std::string out;
  wire::BinaryWriter(out).put(static_cast<std::uint32_t>(payload.size()));
  return out + payload;
}

Result<std::uint64_t, std::string> read_arrival_block(std::string_view block, ReceptionSink& sink) {
  return BlockReader(block).read(sink);
}

}  // namespace postern::whatif
