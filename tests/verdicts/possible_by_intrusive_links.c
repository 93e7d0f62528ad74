// verdict: definite 0, indirect 0, possible 3/144, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Objects are linked by a member 16 bytes behind their start; the list's head is a global.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


struct Link {
  struct Link* next;
};
struct Object {
  long numbers[2];
  struct Link link;
  long more[3];
};
struct Link list;

APART static void hold(void) {
  for (int i = 0; i < 3; ++i) {
    struct Object* object = (struct Object*)block(sizeof *object);
    object->link.next = list.next;
    list.next = &object->link;
  }
}

int main(void) {
  hold();
  wipe();
  for (struct Link* link = list.next; kIsClean && link;) {
    struct Object* object = (struct Object*)((char*)link - 16);
    link = link->next;
    free(object);
  }
  if (kIsClean) list.next = NULL;
  return seen(&list) == NULL;
}
