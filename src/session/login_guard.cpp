#include "session/login_guard.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace postern::session {
namespace {

std::uint64_t key_of(std::string const& name) { return hash_of(name); }

std::uint64_t key_of(LoginGuard::Who const& who) {
  auto const& bytes = who.network.base().bytes();
  return hash_of(who.name, hash_of({reinterpret_cast<char const*>(bytes.data()), bytes.size()}));
}

}  // namespace

LoginGuard::State::State(LoginLimits const& limits)
    : networks(limits.networks, limits.forgiven_after),
      names(limits.names, limits.forgiven_after),
      pairs(limits.names, limits.forgiven_after),
      refused_until(limits.networks),
      proved(limits.names) {}

LoginGuard::LoginGuard(LoginLimits limits) : limits_(limits), state_(limits) {}

Duration LoginGuard::delay_after(std::uint32_t failures, Duration longest) const {
  if (failures < limits_.free) return Duration{};
  auto const doublings = std::min<std::uint32_t>(failures - limits_.free, 16);
  return std::min(limits_.first_delay * (std::int64_t{1} << doublings), longest);
}

bool LoginGuard::refuses(State const& state, Who const& who, Instant now) const {
  if (who.trusted) return false;
  auto const* until = state.refused_until.find(who.network);
  if (until == nullptr || now >= *until || *until - now > limits_.refused_for) return false;
  // What strangers fail at elsewhere takes nothing from a user who has logged in from here.
  bool const is_proved = state.proved.find(key_of(who)) != nullptr;
  return !is_proved || state.pairs.count(key_of(who), now) >= limits_.most;
}

bool LoginGuard::refuses(Who const& who, Instant now) {
  auto state = state_.access();
  return refuses(*state, who, now);
}

std::optional<Duration> LoginGuard::wait_for(Who const& who, Instant now) {
  auto state = state_.access();
  if (refuses(*state, who, now)) return std::nullopt;
  if (state->proved.find(key_of(who)) != nullptr)
    return delay_after(state->pairs.count(key_of(who), now), limits_.longest_delay);
  auto const by_network =
      who.trusted ? Duration{} : delay_after(state->networks.count(who.network, now), limits_.longest_delay);
  auto const failures_of_name = state->names.count(key_of(who.name), now);
  return std::max(by_network, delay_after(failures_of_name, limits_.longest_delay_by_name));
}

bool LoginGuard::failed(Who const& who, Instant now) {
  auto state = state_.access();
  state->names.add(key_of(who.name), now);
  state->pairs.add(key_of(who), now);
  if (who.trusted || state->networks.add(who.network, now) < limits_.most) return false;
  auto& until = state->refused_until.touch(who.network);
  bool const begins = now >= until || until - now > limits_.refused_for;
  if (begins) until = now + limits_.refused_for;
  return begins;
}

void LoginGuard::succeeded(Who const& who) { state_.access()->proved.touch(key_of(who)) = true; }

std::size_t LoginGuard::entries() {
  auto state = state_.access();
  return state->networks.size() + state->names.size() + state->pairs.size() + state->refused_until.size() +
         state->proved.size();
}

}  // namespace postern::session
