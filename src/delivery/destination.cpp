#include "delivery/destination.hpp"

#include <numeric>
#include <utility>

namespace postern::delivery {

Attempt attempt_for_some(MessageId id, wire::Envelope envelope, std::vector<std::uint32_t> spool_indexes) {
  std::vector<std::uint32_t> recipients(envelope.recipients.size());
  std::iota(recipients.begin(), recipients.end(), std::uint32_t{0});
  return {.id = id,
          .envelope = std::move(envelope),
          .recipients = std::move(recipients),
          .spool_indexes = std::move(spool_indexes)};
}

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

wire::Reply unexpected_failure() { return {451, {4, 3, 0}, "the delivery failed unexpectedly"}; }

}  // namespace postern::delivery
