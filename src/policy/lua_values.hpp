// Facts as values of Lua: what there is none of is nil, and several texts are a table.
#pragma once

#include "policy/fact_names.hpp"

struct lua_State;

namespace postern::policy {

void push_fact(lua_State* lua, FactValue const& value);  // onto its stack

}  // namespace postern::policy
