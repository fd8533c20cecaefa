extension FairnessExperiment {
  /// What is kept of the outcome, what is lost of the protected attribute.
  public static var metrics: [Metric] {
    func keep(_ title: String) -> Metric.Keep {
      Metric.Keep(
        "a utility", axis: "utility \(title), Z and outcome Y",
        success: "the representation keeps the outcome and hides")
    }
    return Metric.measured(
      "utility.coded", "ρ* coded", form: "coded", better: .higher, family: "utility",
      keep: keep("ρ* coded"))
      + [("utility.accuracy", "accuracy"), ("utility.areaUnderROC", "area under ROC")].map {
        Metric($0, title: $1, better: .higher, family: "utility", keep: keep($1))
      }
      + Metric.dependences(
        of: "the protected attribute", sides: "Z and protected T",
        beside: ["utility.coded", "utility.accuracy", "utility.areaUnderROC"])
  }
}
