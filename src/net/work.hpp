// A call that can be moved but not copied, takes nothing and gives nothing: what one thread leaves for
// another.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace postern::net {

class Work {
 public:
  Work() = default;  // does nothing
  template <class Call>
  requires(!std::same_as<std::remove_cvref_t<Call>, Work> && std::invocable<std::remove_cvref_t<Call>&>)
      Work(Call&& call)  // implicit, so that a lambda can be handed over
      : held_(std::make_unique<Held<std::remove_cvref_t<Call>>>(std::forward<Call>(call))) {}

  void operator()() {
    if (held_) held_->run();
  }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual void run() = 0;
  };
  template <class Call>
  struct Held : Any {
    template <class From>
    explicit Held(From&& from) : call(std::forward<From>(from)) {}
    void run() override { call(); }
    Call call;
  };

  std::unique_ptr<Any> held_;
};

}  // namespace postern::net
