// swift-tools-version: 6.1
import PackageDescription

// A package of its own that takes one product of Tessera. Of Tessera's dependencies SwiftPM then builds swift-numerics
// alone: no command line, no YAML.
let package = Package(
  name: "IndependenceCheck",
  dependencies: [.package(name: "tessera", path: "../..")],
  targets: [
    .executableTarget(
      name: "IndependenceCheck", dependencies: [.product(name: "Infomin", package: "tessera")])
  ]
)
