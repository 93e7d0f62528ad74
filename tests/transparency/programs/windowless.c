// SPDX-License-Identifier: Apache-2.0
// What of the X libraries works without a display? Regions, key names, and a refused connection.
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>

int main(void) {
  Region one = XCreateRegion(), two = XCreateRegion();
  for (short i = 0; i < 100; i++) {
    XRectangle box = {(short)(i * 10), i, 15, 20};
    XUnionRectWithRegion(&box, one, one);
    if (i % 2) XUnionRectWithRegion(&box, two, two);
  }
  XSubtractRegion(one, two, one);
  XRectangle around;
  XClipBox(one, &around);
  printf("%d %d %d %d\n", around.x, around.y, around.width, around.height);
  printf("%s %lx\n", XKeysymToString(0x61), XStringToKeysym("Return"));
  XDestroyRegion(one), XDestroyRegion(two);
  printf("display: %d\n", XOpenDisplay(":77") != NULL);
  return 0;
}
