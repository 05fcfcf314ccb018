#include "session/login.hpp"

#include <optional>

#include "base/ascii.hpp"
#include "net/pause.hpp"
#include "net/wall_clock.hpp"

namespace postern::session {
namespace {

enum class Found : std::uint8_t { right, wrong, last_wrong, refused };  // last: its network is refused now

// Blocks for as long as the hash wants. The workers look at the logins of a network one after another, and
// the guard is asked again: so many at the same time are no more than many.
Found find_out(LoginGuard& guard, LoginGuard::Who const& who, LoginAttempt const& attempt) {
  auto const& [user, password] = attempt.credentials;
  if (guard.refuses(who, net::wall_clock())) return Found::refused;
  if (attempt.passwords && attempt.passwords->verify(user, password)) {
    guard.succeeded(who);
    return Found::right;
  }
  return guard.failed(who, net::wall_clock()) ? Found::last_wrong : Found::wrong;
}

void tell_of_failure(Services const& services, LoginGuard::Who const& who, IpAddress const& client,
                     Found found) {
  services.counters.add(Count::logins_failed);
  services.log.write(LogEvent(Severity::warning, "login-failed")
                         .add("client", client.print())
                         .add("user", printable(who.name, 64)));
  if (found == Found::last_wrong)
    services.log.write(LogEvent(Severity::warning, "logins-refused").add("network", who.network.print()));
}

}  // namespace

net::Task<LoginOutcome> look_at(Services services, LoginAttempt attempt, net::StopToken stop) {
  auto& guard = services.admission.logins();
  LoginGuard::Who const who{ClientNetwork(attempt.client), attempt.credentials.user, attempt.trusted};
  auto const client = attempt.client;
  auto const wait = guard.wait_for(who, net::wall_clock());
  if (wait && *wait > Duration::zero()) co_await net::pause(*wait, stop);
  std::optional<Found> found = Found::refused;
  if (wait) {
    auto call = [&guard, who, held = std::move(attempt)] { return find_out(guard, who, held); };
    found = co_await services.workers.run(who.network, std::move(call), stop);
  }
  if (!found) co_return LoginOutcome::stopped;
  switch (*found) {
    case Found::right: services.counters.add(Count::logins); co_return LoginOutcome::right;
    case Found::wrong:
    case Found::last_wrong: tell_of_failure(services, who, client, *found); co_return LoginOutcome::wrong;
    case Found::refused: break;
  }
  services.counters.add(Count::logins_refused);
  co_return LoginOutcome::refused;
}

}  // namespace postern::session
