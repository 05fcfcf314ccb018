// Data that can be reached only under its lock: the lock hands it out. Never hold one across a co_await.
#pragma once

#include <mutex>
#include <utility>

namespace postern {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  class Access {
   public:
    Access(std::mutex& mutex, T& value) : lock_(mutex), value_(value) {}
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    std::unique_lock<std::mutex>& lock() { return lock_; }  // for a condition variable only

   private:
    std::unique_lock<std::mutex> lock_;
    T& value_;
  };

  Access access() { return Access(mutex_, value_); }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace postern
