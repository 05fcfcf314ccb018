// The way to a member of a record as a parameter of a template: follow<&A::b, &B::c>(a) is a.b.c. The tables
// of facts name their members like this, both for the store and for rules.
#pragma once

namespace postern {

template <auto first, auto... rest, class Record>
constexpr auto& follow(Record& record) {
  auto& member = record.*first;
  if constexpr (sizeof...(rest) == 0)
    return member;
  else
    return follow<rest...>(member);
}

namespace detail {
template <class Owner, class Member>
Owner owner_of(Member Owner::*member);  // only asked for its type
}  // namespace detail

// The record that has the member.
template <auto member>
using RecordOf = decltype(detail::owner_of(member));

}  // namespace postern
