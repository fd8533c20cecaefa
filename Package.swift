// swift-tools-version: 6.1
import PackageDescription

// Library targets depend on the system libraries and swift-numerics alone; Yams, ArgumentParser and
// swift-log belong to Trials and the executable, so that importing a model builds no command line.
let package = Package(
  name: "tessera",
  products: [
    .library(name: "Settings", targets: ["Settings"]),
    .library(name: "TensorCore", targets: ["TensorCore"]),
    .library(name: "Layers", targets: ["Layers"]),
    .library(name: "GradientChecking", targets: ["GradientChecking"]),
    .library(name: "Attention", targets: ["Attention"]),
    .library(name: "Infomin", targets: ["Infomin"]),
    .library(name: "Scenes", targets: ["Scenes"]),
    .library(name: "Metrics", targets: ["Metrics"]),
    .library(name: "Storage", targets: ["Storage"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Trials", targets: ["Trials"]),
    .executable(name: "tessera", targets: ["tessera"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CProcess"),
    .target(name: "Settings"),
    .target(
      name: "TensorCore",
      dependencies: [
        "COpenBLAS", "CLAPACKE", "CKernels",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(name: "Layers", dependencies: ["TensorCore"]),
    .target(name: "GradientChecking", dependencies: ["TensorCore", "Layers"]),
    .target(name: "Attention", dependencies: ["TensorCore", "CKernels"]),
    .target(name: "Infomin", dependencies: ["TensorCore", "Layers"]),
    .target(name: "Scenes", dependencies: ["Settings", "TensorCore", "Layers", "Metrics"]),
    .target(name: "Metrics", dependencies: ["TensorCore"]),
    .target(name: "Storage", dependencies: ["TensorCore", "CHDF5", "CZlib", "CPNG", "CJPEG"]),
    .target(name: "Datasets", dependencies: ["Settings", "TensorCore", "Storage"]),
    // Configs and tables of `Experiments` are part of the program, which is one file.
    .executableTarget(name: "embed-text"),
    .plugin(name: "EmbedExperiments", capability: .buildTool(), dependencies: ["embed-text"]),
    .target(
      name: "Trials",
      dependencies: [
        "Settings", "TensorCore", "Layers", "GradientChecking", "Attention", "Infomin", "Scenes",
        "Metrics", "Storage", "Datasets", "CLAPACKE", "CHDF5", "Yams",
      ], plugins: ["EmbedExperiments"]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Settings", "TensorCore", "CKernels", "Layers", "Attention", "Infomin", "Scenes",
        "Metrics", "Storage", "Datasets", "Trials",
      ]),
    .executableTarget(
      name: "tessera",
      dependencies: [
        "Trials", "Benchmarks", "Datasets", "Settings", "Storage", "TensorCore", "CProcess",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport"),
    .target(
      name: "Fuzzing",
      dependencies: ["TensorCore", "Storage", "Datasets", "Trials", "CHDF5", "CZlib"],
      path: "Tests/Fuzzing"),
    .testTarget(
      name: "FuzzingTests", dependencies: ["Fuzzing", "Storage", "TensorCore"],
      exclude: ["Corpus"]),
    .testTarget(
      name: "TensorCoreTests", dependencies: ["TensorCore", "Storage", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "LayersTests",
      dependencies: ["Layers", "GradientChecking", "Storage", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(name: "GradientCheckingTests", dependencies: ["GradientChecking", "Layers"]),
    .testTarget(
      name: "AttentionTests",
      dependencies: ["Attention", "CKernels", "TensorCore", "Storage", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "InfominTests", dependencies: ["GradientChecking", "Infomin", "Storage"],
      exclude: ["Golden"]),
    .testTarget(
      name: "ScenesTests",
      dependencies: ["Scenes", "GradientChecking", "Storage", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(name: "StorageTests", dependencies: ["Storage"], exclude: ["Golden", "Readers"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Storage", "TensorCore", "TestSupport"]),
    .testTarget(
      name: "MetricsTests", dependencies: ["Metrics", "Storage", "TensorCore"], exclude: ["Golden"]),
    .testTarget(
      name: "TrialsTests", dependencies: ["Trials", "Settings"],
      exclude: ["Record/digests.json", "Record/hashes.json", "EarlierRuns"]),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Attention", "Benchmarks", "Storage", "TensorCore", "Trials"]),
    .testTarget(name: "tesseraTests", dependencies: ["tessera", "Trials", "TestSupport"]),
  ]
)
