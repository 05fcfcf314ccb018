#include "delivery/destination.hpp"

namespace postern::delivery {

RecipientOutcome outcome_of(std::uint32_t recipient, wire::Reply reply, std::string remote) {
  Ending const ending = reply.positive()    ? Ending::delivered
                        : reply.permanent() ? Ending::failed
                                            : Ending::deferred;
  return {recipient, ending, std::move(reply), std::move(remote), Relayed::no, {}};
}

std::vector<RecipientOutcome> same_for_all(Attempt const& attempt, wire::Reply const& reply) {
  std::vector<RecipientOutcome> outcomes;
  for (auto recipient : attempt.recipients) outcomes.push_back(outcome_of(recipient, reply, {}));
  return outcomes;
}

}  // namespace postern::delivery
