// SPDX-License-Identifier: Apache-2.0
// Goroutines that call C's malloc and free, and a child process.
package main

/*
#include <stdlib.h>
#include <string.h>
static long fill(long size) {
  char* block = malloc(size);
  memset(block, 1, size);
  long sum = 0;
  for (long i = 0; i < size; i++) sum += block[i];
  free(block);
  return sum;
}
*/
import "C"

import (
	"fmt"
	"os/exec"
	"sync"
)

func main() {
	var group sync.WaitGroup
	var lock sync.Mutex
	total := int64(0)
	for i := 0; i < 16; i++ {
		group.Add(1)
		go func(size int) {
			defer group.Done()
			for round := 0; round < 50; round++ {
				sum := int64(C.fill(C.long(size * 100)))
				lock.Lock()
				total += sum
				lock.Unlock()
			}
		}(i)
	}
	group.Wait()
	out, err := exec.Command("sh", "-c", "echo child").Output()
	fmt.Println(total, string(out), err)
}
