// SPDX-License-Identifier: Apache-2.0

// What are the structures of the programs made of? Nodes of 32 bytes.
#pragma once
#include "program.h"

struct Node {
  struct Node* next;
  struct Node* other;
  long payload[2];
};

__attribute__((unused)) APART static struct Node* node(struct Node* next, struct Node* other) {
  struct Node* made = (struct Node*)block(sizeof *made);
  made->next = next;
  made->other = other;
  return (struct Node*)seen(made);
}

// A list of `count` nodes, each younger than the one behind it.
__attribute__((unused)) APART static struct Node* list_of(int count) {
  struct Node* head = NULL;
  while (count-- > 0) head = node(head, NULL);
  return head;
}

__attribute__((unused)) APART static void free_list(struct Node* head) {
  while (head) {
    struct Node* next = head->next;
    free(head);
    head = next;
  }
}
