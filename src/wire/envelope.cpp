#include "wire/envelope.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/binary.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

constexpr std::uint8_t newest_format = 4;  // with a second byte of flags
constexpr std::uint8_t format = 3;
constexpr std::uint8_t format_without_flags = 2;
constexpr std::uint8_t first_format = 1;  // without a route, and nothing known of the content
constexpr std::size_t queued_reply_limit = 512;
constexpr std::size_t flag_limit = 900;  // of a line's 998 (RFC 5322 section 2.1.1)

template <class Flag>
std::uint8_t bit_if(bool set, Flag flag) {
  return set ? static_cast<std::uint8_t>(flag) : std::uint8_t{0};
}

template <class Flag>
bool has(std::uint8_t bits, Flag flag) {
  return (bits & static_cast<std::uint8_t>(flag)) != 0;
}

std::uint8_t pack(Envelope const& e) {
  return static_cast<std::uint8_t>(
      bit_if(e.smtputf8, EnvelopeFlag::smtputf8) | bit_if(e.requiretls, EnvelopeFlag::requiretls) |
      bit_if(e.over_tls, EnvelopeFlag::over_tls) | bit_if(e.held, EnvelopeFlag::held) |
      bit_if(!e.reverse_path, EnvelopeFlag::null_sender) |
      bit_if(e.content.tls_optional, EnvelopeFlag::tls_optional) |
      bit_if(e.content.header_8bit, EnvelopeFlag::header_8bit) |
      bit_if(e.content.content_8bit, EnvelopeFlag::content_8bit));
}

void unpack(std::uint8_t bits, Envelope& e) {
  e.smtputf8 = has(bits, EnvelopeFlag::smtputf8);
  e.requiretls = has(bits, EnvelopeFlag::requiretls);
  e.over_tls = has(bits, EnvelopeFlag::over_tls);
  e.held = has(bits, EnvelopeFlag::held);
  e.content.tls_optional = has(bits, EnvelopeFlag::tls_optional);
  e.content.header_8bit = has(bits, EnvelopeFlag::header_8bit);
  e.content.content_8bit = has(bits, EnvelopeFlag::content_8bit);
}

std::uint8_t pack(Notify const& n) {
  return static_cast<std::uint8_t>(bit_if(n.said, NotifyFlag::said) | bit_if(n.success, NotifyFlag::success) |
                                   bit_if(n.failure, NotifyFlag::failure) |
                                   bit_if(n.delay, NotifyFlag::delay));
}

Notify unpack(std::uint8_t bits) {
  return {.said = has(bits, NotifyFlag::said),
          .success = has(bits, NotifyFlag::success),
          .failure = has(bits, NotifyFlag::failure),
          .delay = has(bits, NotifyFlag::delay)};
}

std::uint8_t pack_more(Envelope const& e) {
  return static_cast<std::uint8_t>(bit_if(e.submitted, MoreEnvelopeFlag::submitted) |
                                   bit_if(!e.top.empty(), MoreEnvelopeFlag::has_top));
}

thread_local std::uint64_t coded_recipients = 0;

void encode(BinaryWriter& out, QueuedRecipient const& r) {
  ++coded_recipients;
  out.put_text(r.address.print());
  out.put_text(r.original);
  out.put_text(r.orcpt);
  out.put(pack(r.notify));
  out.put(static_cast<std::uint8_t>(r.state));
  out.put(r.attempts);
  out.put(static_cast<std::uint64_t>(to_micros(r.due)));
  out.put_text(std::string_view(r.last_reply).substr(0, queued_reply_limit));
}

std::optional<QueuedRecipient> decode_recipient(BinaryReader& in) {
  ++coded_recipients;
  auto address = parse_mailbox(in.get_text());
  if (!address) return std::nullopt;
  QueuedRecipient r{.address = std::move(*address)};
  r.original = in.get_text();
  r.orcpt = in.get_text();
  r.notify = unpack(in.get<std::uint8_t>());
  auto const state = in.get<std::uint8_t>();
  if (state > static_cast<std::uint8_t>(RecipientState::deleted)) return std::nullopt;
  r.state = static_cast<RecipientState>(state);
  r.attempts = in.get<std::uint32_t>();
  r.due = from_micros(static_cast<std::int64_t>(in.get<std::uint64_t>()));
  r.last_reply = in.get_text();
  if (!in.ok()) return std::nullopt;
  return r;
}

}  // namespace

std::string_view print(RecipientState state) {
  switch (state) {
    case RecipientState::waiting: return "waiting";
    case RecipientState::delivered: return "delivered";
    case RecipientState::failed: return "failed";
    case RecipientState::deleted: return "deleted";
  }
  return "waiting";
}

bool Envelope::settled() const {
  return std::none_of(recipients.begin(), recipients.end(),
                      [](auto const& r) { return r.state == RecipientState::waiting; });
}

std::string Envelope::top_fields(std::string_view line_end) const {
  std::string fields;
  for (std::string_view rest = flags; !rest.empty();) {
    auto const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    fields += "X-Postern-Flag: " + printable(line, flag_limit) + std::string(line_end);
  }
  for (std::string_view rest = top; !rest.empty();) {
    auto const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    fields += std::string(line) + std::string(line_end);
  }
  return fields;
}

std::string encode_head(Envelope const& e) {
  std::string bytes;
  bytes.reserve(96);
  BinaryWriter out(bytes);
  auto const more_flags = pack_more(e);
  out.put(more_flags == 0 ? format : newest_format);
  out.put(pack(e));
  out.put(static_cast<std::uint8_t>(e.body));
  out.put(static_cast<std::uint8_t>(e.ret));
  out.put(static_cast<std::uint64_t>(to_micros(e.arrived)));
  out.put(e.size);
  out.put_text(e.sender());
  out.put_text(e.envid);
  out.put_text(e.route);
  out.put_text(e.flags);
  if (more_flags != 0) out.put(more_flags);
  if (!e.top.empty()) out.put_text(e.top);
  return bytes;
}

std::string encode_recipient(QueuedRecipient const& recipient) {
  std::string bytes;
  BinaryWriter out(bytes);
  encode(out, recipient);
  return bytes;
}

std::optional<QueuedRecipient> decode_recipient(std::string_view bytes) {
  BinaryReader in(bytes);
  return decode_recipient(in);
}

std::uint64_t recipients_coded() { return coded_recipients; }

bool is_of_newer_format(std::string_view envelope) {
  return !envelope.empty() && static_cast<std::uint8_t>(envelope.front()) > newest_format;
}

std::string encode(Envelope const& e) {
  std::string bytes = encode_head(e);
  bytes.reserve(bytes.size() + 4 + e.recipients.size() * 64);
  BinaryWriter out(bytes);
  out.put(static_cast<std::uint32_t>(e.recipients.size()));
  for (auto const& recipient : e.recipients) encode(out, recipient);
  return bytes;
}

std::optional<Envelope> decode_envelope(std::string_view bytes) {
  BinaryReader in(bytes);
  auto const version = in.get<std::uint8_t>();
  if (version < first_format || version > newest_format) return std::nullopt;
  Envelope e;
  auto const flags = in.get<std::uint8_t>();
  auto const body = in.get<std::uint8_t>();
  auto const ret = in.get<std::uint8_t>();
  if (body > static_cast<std::uint8_t>(Body::binary_mime) || ret > static_cast<std::uint8_t>(Ret::headers))
    return std::nullopt;
  e.body = static_cast<Body>(body);
  e.ret = static_cast<Ret>(ret);
  unpack(flags, e);
  e.arrived = from_micros(static_cast<std::int64_t>(in.get<std::uint64_t>()));
  e.size = in.get<std::uint64_t>();
  auto const sender = in.get_text();
  if (!has(flags, EnvelopeFlag::null_sender)) {
    auto address = parse_mailbox(sender);
    if (!address) return std::nullopt;
    e.reverse_path = std::move(*address);
  }
  e.envid = in.get_text();
  if (version != first_format)
    e.route = in.get_text();
  else
    e.content = {.header_8bit = e.smtputf8, .content_8bit = e.body != Body::seven_bit, .tls_optional = false};
  if (version > format_without_flags) e.flags = in.get_text();
  if (version > format) {
    auto const more_flags = in.get<std::uint8_t>();
    e.submitted = has(more_flags, MoreEnvelopeFlag::submitted);
    if (has(more_flags, MoreEnvelopeFlag::has_top)) e.top = in.get_text();
  }
  auto const count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    auto recipient = decode_recipient(in);
    if (!recipient) return std::nullopt;
    e.recipients.push_back(std::move(*recipient));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return e;
}

}  // namespace postern::wire
