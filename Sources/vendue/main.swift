import ArgumentParser
import GRDB
import Histogram
import Hummingbird
import Logging
import NIOHTTP1
import ServiceLifecycle
import Yams
print("x")
