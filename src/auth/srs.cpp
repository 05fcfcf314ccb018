#include "auth/srs.hpp"

#include <algorithm>
#include <utility>

#include "auth/dkim_key.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t code_size = 6;  // 30 bits: somebody who guesses is sent away long before
constexpr std::int64_t days_in_cycle = 1024;
constexpr std::size_t hmac_block = 64;

std::string hmac_sha256(std::string_view secret, std::string_view text) {  // RFC 2104 section 2
  std::string key = secret.size() > hmac_block ? sha256(secret) : std::string(secret);
  key.resize(hmac_block, '\0');
  std::string inner = key;
  std::string outer = key;
  for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
  return sha256(outer + sha256(inner + std::string(text)));
}

std::int64_t day_of_cycle(Instant at) {
  auto const days = std::chrono::duration_cast<std::chrono::hours>(at.time_since_epoch()).count() / 24;
  return days % days_in_cycle;
}

std::string print_cycle_day(std::int64_t day) {
  return {base32_digits[static_cast<std::size_t>(day / 32)],
          base32_digits[static_cast<std::size_t>(day % 32)]};
}

std::optional<std::int64_t> parse_cycle_day(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  auto const high = base32_digits.find(to_lower(text[0]));
  auto const low = base32_digits.find(to_lower(text[1]));
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<std::int64_t>(high * 32 + low);
}

// What stands before the next "=", which is taken, too.
std::optional<std::string_view> take_until_equals(std::string_view& text) {
  auto const at = text.find('=');
  if (at == std::string_view::npos) return std::nullopt;
  auto const taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

// "SRS0=", "SRS0+" and "SRS0-": the character behind the digit is the rewriter's choice.
bool is_tagged(std::string_view local, std::string_view tag) {
  return istarts_with(local, tag) && local.size() > tag.size() &&
         std::string_view("=+-").find(local[tag.size()]) != std::string_view::npos;
}

// Some servers change the case of a local part, so that case does not count.
std::string srs_code(std::string const& secret, std::string_view text) {
  auto const hash = hmac_sha256(secret, lowered(text));
  std::string out;
  for (std::size_t i = 0; i < code_size; ++i)
    out += base32_digits[static_cast<unsigned char>(hash[i]) % base32_digits.size()];
  return out;
}

}  // namespace

bool Srs::is_ours(std::string_view code_given, std::string_view text) const {
  auto const low = lowered(code_given);
  return std::any_of(secrets_.begin(), secrets_.end(),
                     [&](std::string const& secret) { return srs_code(secret, text) == low; });
}

std::optional<Address> Srs::rewritten(Address const& sender, Domain const& forwarder, Instant now) const {
  if (sender.domain() == nullptr || secrets_.empty()) return std::nullopt;
  std::string_view const local = sender.local_part();
  std::string tag = "SRS1=";
  std::string text;
  if (is_tagged(local, "SRS0")) {
    text = sender.domain()->a_label() + "=" + std::string(local.substr(4));
  } else if (istarts_with(local, "SRS1=")) {
    auto rest = local.substr(5);
    if (!take_until_equals(rest)) return std::nullopt;
    text = rest;  // its first rewriter, and what that one has written
  } else {
    tag = "SRS0=";
    text = print_cycle_day(day_of_cycle(now)) + "=" + sender.domain()->a_label() + "=" + std::string(local);
  }
  auto out = tag + srs_code(secrets_.front(), tag + text) + "=" + text;
  if (out.size() > longest_local_part) return std::nullopt;
  return Address(std::move(out), forwarder);
}

Result<Address, SrsError> Srs::original(Address const& address, Instant now) const {
  std::string_view const local = address.local_part();
  if (istarts_with(local, "SRS0=")) return original_of_first(local.substr(5), now);
  if (istarts_with(local, "SRS1=")) return original_of_later(local.substr(5));
  return fail(SrsError::other);
}

Result<Address, SrsError> Srs::original_of_first(std::string_view rest, Instant now) const {
  auto const given = take_until_equals(rest);
  if (!given) return fail(SrsError::malformed);
  if (!is_ours(*given, "SRS0=" + std::string(rest))) return fail(SrsError::forged);
  auto const written = take_until_equals(rest);
  auto const host = take_until_equals(rest);
  auto const day = written ? parse_cycle_day(*written) : std::nullopt;
  if (!day || !host || rest.empty()) return fail(SrsError::malformed);
  auto domain = Domain::parse(*host);
  if (!domain) return fail(SrsError::malformed);
  auto const age = (day_of_cycle(now) - *day + days_in_cycle) % days_in_cycle;
  if (age > valid_days) return fail(SrsError::too_old);
  return Address(std::string(rest), *std::move(domain));
}

// The day is the first rewriter's business: it is in what he has written.
Result<Address, SrsError> Srs::original_of_later(std::string_view rest) const {
  auto const given = take_until_equals(rest);
  if (!given) return fail(SrsError::malformed);
  if (!is_ours(*given, "SRS1=" + std::string(rest))) return fail(SrsError::forged);
  auto const first = take_until_equals(rest);
  if (!first || rest.empty()) return fail(SrsError::malformed);
  auto domain = Domain::parse(*first);
  if (!domain) return fail(SrsError::malformed);
  return Address("SRS0" + std::string(rest), *std::move(domain));
}

}  // namespace postern::auth
