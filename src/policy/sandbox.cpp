// Debian's Lua built as C++: its errors are exceptions, and destructors run.
#include "policy/sandbox.hpp"

#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>

#include <cstdlib>
#include <stdexcept>

#include "base/ascii.hpp"
#include "policy/lua_values.hpp"

namespace postern::policy {

// The functions that Lua calls; those of string are methods, too: client.name:ends_with(".example.org").
struct Sandbox::Bridge {
  static Memory& memory_of(lua_State* lua) {
    void* memory = nullptr;
    lua_getallocf(lua, &memory);
    return *static_cast<Memory*>(memory);
  }

  static int fact(lua_State* lua, FactName const& name) {
    auto& memory = memory_of(lua);
    if (memory.context == nullptr) return luaL_error(lua, "facts are not known yet");
    if ((memory.context->facts.unknown_facts & name.unknown_facts) != 0) {
      memory.unknown_facts = true;
      return luaL_error(lua, "not told");
    }
    push_fact(lua, name.get(*memory.context));
    return 1;
  }

  // __index of the environment and of groups of facts; the upvalue maps keys to indices of facts, or values.
  static int index(lua_State* lua) {
    lua_pushvalue(lua, 2);
    lua_rawget(lua, lua_upvalueindex(1));
    if (lua_isinteger(lua, -1) != 0)
      return fact(lua, fact_names()[static_cast<std::size_t>(lua_tointeger(lua, -1))]);
    if (lua_isnil(lua, -1)) return luaL_error(lua, "%s: no such name", luaL_tolstring(lua, 2, nullptr));
    return 1;
  }

  // "tls" is a fact, and a group of facts: false, or the group.
  static int index_tls(lua_State* lua) {
    index(lua);
    if (lua_isboolean(lua, -1) != 0 && lua_toboolean(lua, -1) != 0) lua_pushvalue(lua, lua_upvalueindex(2));
    return 1;
  }

  static int refuse_change(lua_State* lua) { return luaL_error(lua, "facts cannot be changed"); }
  static int nothing(lua_State* lua) {
    lua_pushnil(lua);
    return 1;
  }

  static std::string_view text(lua_State* lua, int at) {
    std::size_t length = 0;
    char const* bytes = luaL_checklstring(lua, at, &length);
    return {bytes, length};
  }

  // Whether what stands first is in the list: a text, or any of a table of texts.
  static bool any_in(lua_State* lua, List const& list) {
    if (lua_type(lua, 1) == LUA_TSTRING) return list.contains(text(lua, 1));
    bool found = false;
    if (!lua_istable(lua, 1)) return found;
    for (lua_Integer i = 1; !found && lua_rawgeti(lua, 1, i) == LUA_TSTRING; ++i) {
      found = list.contains(text(lua, -1));
      lua_pop(lua, 1);
    }
    return found;
  }

  static int in(lua_State* lua) {  // __pow: "x in list", "x in {"a", "b"}"
    if (auto* list = static_cast<List const* const*>(luaL_testudata(lua, 2, "list"))) {
      lua_pushboolean(lua, any_in(lua, **list) ? 1 : 0);
      return 1;
    }
    if (!lua_istable(lua, 2)) return luaL_error(lua, "after \"in\" comes a list or a table of values");
    bool found = false;
    for (lua_Integer i = 1; !found && lua_rawgeti(lua, 2, i) != LUA_TNIL; ++i) {
      found = lua_rawequal(lua, 1, -1) != 0;
      lua_pop(lua, 1);
    }
    lua_pushboolean(lua, found ? 1 : 0);
    return 1;
  }

  static int lower(lua_State* lua) {
    auto const out = lowered(text(lua, 1));
    lua_pushlstring(lua, out.data(), out.size());
    return 1;
  }
  static int starts_with(lua_State* lua) {
    lua_pushboolean(lua, text(lua, 1).starts_with(text(lua, 2)) ? 1 : 0);
    return 1;
  }
  static int ends_with(lua_State* lua) {
    lua_pushboolean(lua, text(lua, 1).ends_with(text(lua, 2)) ? 1 : 0);
    return 1;
  }
  static int contains(lua_State* lua) {
    lua_pushboolean(lua, text(lua, 1).find(text(lua, 2)) != std::string_view::npos ? 1 : 0);
    return 1;
  }

  static void too_long(lua_State* lua, lua_Debug*) {
    luaL_error(lua, "it runs longer than %d instructions", instruction_limit);
  }

  // Pushes an empty table whose __index is `get` over the table of names on top, which it takes.
  static void wrap(lua_State* lua, lua_CFunction get, int upvalues) {
    lua_pushcclosure(lua, get, upvalues);
    lua_newtable(lua);  // the wrapper
    lua_createtable(lua, 0, 3);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_change);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
  }

  static void push_group(lua_State* lua, std::string_view group) {
    lua_newtable(lua);
    auto const names = fact_names();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i].name.size() > group.size() && names[i].name.starts_with(group) &&
          names[i].name[group.size()] == '.') {
        lua_pushinteger(lua, static_cast<lua_Integer>(i));
        lua_setfield(lua, -2, std::string(names[i].name.substr(group.size() + 1)).c_str());
      }
    wrap(lua, index, 1);
  }

  static void set_methods(lua_State* lua) {
    lua_newtable(lua);
    // clang-format off
    static constexpr std::array<luaL_Reg, 5> functions{{
        {"lower",       lower},
        {"starts_with", starts_with},
        {"ends_with",   ends_with},
        {"contains",    contains},
        {nullptr,       nullptr},
    }};
    // clang-format on
    static_assert(functions.size() == methods.size() + 1, "a row for each method, and the end");
    luaL_setfuncs(lua, functions.data(), 0);
  }

  static void set_basic_metatables(lua_State* lua) {
    lua_pushliteral(lua, "");
    lua_newtable(lua);
    set_methods(lua);
    lua_setfield(lua, -2, "__index");
    set_metatable_with_in(lua);
    lua_pushinteger(lua, 0);  // all numbers share this one; "^" between two of them stays arithmetic
    lua_newtable(lua);
    set_metatable_with_in(lua);
    lua_pushboolean(lua, 0);
    push_table_without_fields(lua);
    set_metatable_with_in(lua);
    lua_pushnil(lua);
    push_table_without_fields(lua);
    set_metatable_with_in(lua);
  }

  // A value that is not there has no fields, rather than an error when one is asked for.
  static void push_table_without_fields(lua_State* lua) {
    lua_newtable(lua);
    lua_pushcfunction(lua, nothing);
    lua_setfield(lua, -2, "__index");
  }

  // Makes the table on top, with "in" as its "^", the metatable of the type of the value below; takes both.
  static void set_metatable_with_in(lua_State* lua) {
    lua_pushcfunction(lua, in);
    lua_setfield(lua, -2, "__pow");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
  }

  static void push_lists(lua_State* lua, Lists const& lists) {  // into the table on top
    for (auto const& [name, list] : lists) {
      *static_cast<List const**>(lua_newuserdatauv(lua, sizeof(List const*), 0)) = list.get();
      if (luaL_newmetatable(lua, "list") != 0) {
        lua_pushcfunction(lua, in);
        lua_setfield(lua, -2, "__pow");
        lua_pushliteral(lua, "list");
        lua_setfield(lua, -2, "__metatable");
      }
      lua_setmetatable(lua, -2);
      lua_setfield(lua, -2, name.c_str());
    }
  }

  static int build(lua_State* lua) {
    auto const& lists = *static_cast<Lists const*>(lua_touserdata(lua, 1));
    set_basic_metatables(lua);
    lua_newtable(lua);
    push_lists(lua, lists);
    auto const names = fact_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto const group = names[i].name.substr(0, names[i].name.find('.'));
      if (group == names[i].name) {
        lua_pushinteger(lua, static_cast<lua_Integer>(i));
      } else {
        if (group == "tls") continue;  // below
        push_group(lua, group);
      }
      lua_setfield(lua, -2, std::string(group).c_str());
    }
    push_group(lua, "tls");
    wrap(lua, index_tls, 2);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
  }
};

void* Sandbox::allocate(void* memory, void* block, std::size_t before, std::size_t after) {
  auto& m = *static_cast<Memory*>(memory);
  if (block == nullptr) before = 0;
  if (after == 0) {
    std::free(block);
    m.used -= before;
    return nullptr;
  }
  if (after > before && m.used + (after - before) > memory_limit) return nullptr;
  void* const made = std::realloc(block, after);
  if (made != nullptr) m.used += after - before;
  return made;
}

Sandbox::Sandbox(Lists const& lists) : memory_(std::make_unique<Memory>()) {
  lua_ = lua_newstate(allocate, memory_.get());
  if (lua_ == nullptr) throw std::bad_alloc();
  lua_pushcfunction(lua_, Bridge::build);
  lua_pushlightuserdata(lua_, const_cast<Lists*>(&lists));
  if (lua_pcall(lua_, 1, 0, 0) != LUA_OK) {
    lua_close(lua_);
    throw std::runtime_error("the lists of rules need more memory than Lua is given");
  }
}

Sandbox::~Sandbox() { lua_close(lua_); }

namespace {

// "[string "..."]:1: text": the text.
std::string sentence(lua_State* lua) {
  auto const* written = lua_tostring(lua, -1);
  std::string text = written == nullptr ? "an error without words" : written;
  if (auto const colon = text.find(":1: "); colon != std::string::npos) text.erase(0, colon + 4);
  return printable(text, 200);
}

}  // namespace

Result<std::size_t, std::string> Sandbox::compile(std::string_view expression) {
  std::string const chunk = "return " + std::string(expression);
  if (luaL_loadbufferx(lua_, chunk.data(), chunk.size(), "rule", "t") != LUA_OK) {
    auto error = sentence(lua_);
    lua_pop(lua_, 1);
    return fail(std::move(error));
  }
  compiled_.push_back(luaL_ref(lua_, LUA_REGISTRYINDEX));
  return compiled_.size() - 1;
}

Result<bool, Sandbox::Error> Sandbox::evaluate(std::size_t expression, RuleContext const& context) {
  memory_->context = &context;
  memory_->unknown_facts = false;
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, compiled_[expression]);
  lua_sethook(lua_, Bridge::too_long, LUA_MASKCOUNT, instruction_limit);
  auto const status = lua_pcall(lua_, 0, 1, 0);
  lua_sethook(lua_, nullptr, 0, 0);
  memory_->context = nullptr;
  if (status == LUA_OK) {
    bool const truth = lua_toboolean(lua_, -1) != 0;
    lua_pop(lua_, 1);
    return truth;
  }
  Error error{memory_->unknown_facts ? Failure::unknown_facts : Failure::erred, sentence(lua_)};
  lua_pop(lua_, 1);
  if (status == LUA_ERRMEM) lua_gc(lua_, LUA_GCCOLLECT);
  return fail(std::move(error));
}

}  // namespace postern::policy
