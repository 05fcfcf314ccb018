#include "delivery/local_transport.hpp"

#include "delivery/maildir.hpp"
#include "delivery/maildir_path.hpp"

namespace postern::delivery {

net::Task<Delivered> LocalTransport::deliver(Attempt attempt) {
  if (std::holds_alternative<DiscardRoute>(route_))
    co_return Delivered{same_for_all(attempt, {250, {2, 0, 0}, "discarded"}), true};
  auto const* maildir = std::get_if<MaildirRoute>(&route_);
  if (maildir == nullptr)
    co_return Delivered{same_for_all(attempt, {550, {5, 1, 1}, "No such user here"}), true};
  auto deliver = [services = services_, directory = directory_, hostname = hostname_, pattern = maildir->path,
                  attempt] {
    std::vector<RecipientOutcome> outcomes;
    for (auto recipient : attempt.recipients) {
      auto const path = maildir_path(pattern, attempt.envelope.recipients[recipient].address, *directory);
      outcomes.push_back(
          deliver_to_maildir(services.files, services.spool, path, hostname, attempt, recipient));
    }
    return outcomes;
  };
  auto outcomes = co_await services_.workers.run(std::move(deliver), stop_);
  if (!outcomes) co_return Delivered{same_for_all(attempt, {451, {4, 3, 2}, "we are shutting down"}), true};
  co_return Delivered{std::move(*outcomes), true};
}

}  // namespace postern::delivery
