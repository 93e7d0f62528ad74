// SPDX-License-Identifier: Apache-2.0
// The hooks of named semaphores. Opening one twice gives the same address and counts twice.
#include "declarations.h"

namespace leakhook {

sem_t* hook_sem_open(const char* name, int flags, mode_t mode, unsigned value) {
  sem_t* semaphore = real::sem_open(name, flags, mode, value);
  if (semaphore != SEM_FAILED)
    ledger::acquired(LEAKHOOK_CALLER, Kind::semaphore, reinterpret_cast<std::uint64_t>(semaphore),
                     name);
  return semaphore;
}

int hook_sem_close(sem_t* semaphore) {
  ledger::WithdrawnResource record;
  ledger::withdraw(Kind::semaphore, reinterpret_cast<std::uint64_t>(semaphore), &record);
  const int result = real::sem_close(semaphore);
  if (result != 0) ledger::restore(record);
  return result;
}

}  // namespace leakhook
