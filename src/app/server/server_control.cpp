#include "app/server/server_control.hpp"

#include <chrono>
#include <future>

#include "app/server/destination_of.hpp"
#include "base/ascii.hpp"
#include "store/spool_answer.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::seconds answer_limit{2};

}  // namespace

web::DestinationOf ServerControl::destination() { return destination_of(sending_.config()); }

// Asks the delivery loop; there is nothing to tell when that does not answer soon.
std::vector<web::DestinationState> ServerControl::destinations() {
  auto views = std::make_shared<std::promise<std::vector<delivery::DestinationView>>>();
  auto told = views->get_future();
  sending_.scheduler().destinations([views](auto told_views) { views->set_value(std::move(told_views)); });
  std::vector<web::DestinationState> states;
  if (told.wait_for(answer_limit) != std::future_status::ready) return states;
  for (auto& view : told.get())
    states.push_back(
        {std::move(view.destination), view.agents, view.throttled_until, std::move(view.problem)});
  return states;
}

std::string ServerControl::move(MessageId id, std::string const& route) {
  bool const configured = route.empty() || sending_.config()->routes.rules.contains(lowered(route));
  if (!configured)
    if (auto const parsed = delivery::parse_route(route); !parsed) return route + ": " + parsed.error();
  auto& spool = *stores_.spool;
  if (!spool.envelope(id)) return std::string(print(store::SpoolError::missing));
  auto const moved = store::answer_of([&](auto tell) { spool.move(id, route, std::move(tell)); });
  if (!moved) return std::string(print(moved.error()));
  sending_.scheduler().move(id);
  return {};
}

}  // namespace postern::app
