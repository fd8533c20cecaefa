extension DisentanglingExperiment {
  /// What is kept of the image, what is lost of the label, and what factors and swaps show.
  public static var metrics: [Metric] {
    [
      Metric(
        "accuracy.label", title: "label", better: .higher, family: "accuracy",
        keep: .accuracy("label"))
    ]
      + Metric.dependences(
        of: "what it is to hide", sides: "Z and T",
        beside: ["reconstruction.mse", "accuracy.label"]) + [
        Metric(
          "reconstruction.mse", title: "mse", better: .lower, family: "reconstruction",
          keep: Metric.Keep(
            "a squared error", axis: "squared error a pixel",
            success: "images are rebuilt and the representation hides")),
        Metric("reconstruction.norm", title: "norm", better: .lower, family: "reconstruction"),
        Metric("probe.label", title: "label", better: .lower, family: "probe"),
        Metric("probe.chance", title: "chance", family: "probe"),
        Metric("swap.asWanted", title: "as wanted", better: .higher, family: "swap"),
        Metric("swap.asBefore", title: "as before", better: .lower, family: "swap"),
        Metric("swap.norm", title: "norm", better: .lower, family: "swap"),
        Metric("factors.*", title: "*", better: .higher, family: "factors"),
      ]
  }
}

extension Metric.Keep {
  /// The accuracy on labels of this kind.
  static func accuracy(_ title: String) -> Metric.Keep {
    Metric.Keep(
      "an accuracy", axis: "accuracy, \(title)",
      success: "predictions stay right and the representation hides")
  }
}
