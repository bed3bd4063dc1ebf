// Tells the thread sanitizer about Swift's Mutex; see the source. There is nothing to call.
#pragma once
