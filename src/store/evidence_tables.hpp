// The tables of the store of facts: one for each TableId, with a row type of its own. A fact that is to be
// kept is a member of the record and a row in evidence_tables.cpp; columns are added at the end only, since
// older databases have the others in this order.
#pragma once

#include <tuple>

#include "store/column.hpp"
#include "store/evidence_records.hpp"

namespace postern::store {

struct RecipientRow {
  MessageId message = {};
  std::int64_t position = 0;
  policy::RecipientFacts recipient = {.address = Address("postmaster")};
};

struct MatchRow {
  Instant at{};
  std::uint64_t connection = 0;
  MessageId message = {};
  policy::RuleMatch match = {};
};

using EvidenceTables = std::tuple<Table<policy::ConnectionFacts>, Table<TransactionRecord>,
                                  Table<RecipientRow>, Table<DeliveryRecord>, Table<OutboundRecord>,
                                  Table<MatchRow>, Table<policy::MemoryEntry>, Table<policy::MemoryEntry>>;

extern EvidenceTables const evidence_tables;

template <TableId id>
auto const& table() {
  return std::get<static_cast<std::size_t>(id)>(evidence_tables);
}

template <class Visit>
void for_each_table(Visit visit) {
  std::apply([&](auto const&... tables) { (visit(tables), ...); }, evidence_tables);
}

}  // namespace postern::store
