/* banned.h - functions that are easy to use wrongly do not compile.
 * Included by the compiler's command line in every file of the product. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok gets atoi atol atoll
#pragma GCC poison gmtime localtime asctime ctime system popen
