#include "policy/lua_values.hpp"

#include <lua5.4/lua.h>

namespace postern::policy {
namespace {

void push_texts(lua_State* lua, std::vector<std::string> const& texts) {
  lua_createtable(lua, static_cast<int>(texts.size()), 0);
  lua_Integer place = 0;
  for (auto const& each : texts) {
    lua_pushlstring(lua, each.data(), each.size());
    lua_rawseti(lua, -2, ++place);
  }
}

}  // namespace

void push_fact(lua_State* lua, FactValue const& value) {
  if (auto const* flag = std::get_if<bool>(&value))
    lua_pushboolean(lua, *flag ? 1 : 0);
  else if (auto const* whole = std::get_if<std::int64_t>(&value))
    lua_pushinteger(lua, *whole);
  else if (auto const* real = std::get_if<double>(&value))
    lua_pushnumber(lua, *real);
  else if (auto const* text = std::get_if<std::string>(&value))
    lua_pushlstring(lua, text->data(), text->size());
  else if (auto const* texts = std::get_if<std::vector<std::string>>(&value))
    push_texts(lua, *texts);
  else
    lua_pushnil(lua);
}

}  // namespace postern::policy
