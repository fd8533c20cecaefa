import Datasets
import Infomin
import Settings
import Storage
import TensorCore

/// When the max-step runs.
public enum MaxStepSchedule: String, Codable, Sendable, CaseIterable {
  /// Once an epoch, on many rows; the mini-batches of the epoch use its result.
  case epoch
  /// Once an epoch, and again on every mini-batch itself.
  case batch
}

/// Which rows the max-step of an epoch sees.
public enum FitRows: String, Codable, Sendable, CaseIterable {
  /// Fit and validation rows, as in the authors' code.
  case all
  /// The rows of the fit alone.
  case train
  /// A random sample of the rows of the fit, fresh each epoch.
  case sample
}

/// How rows are divided.
public enum SplitChoice: String, Codable, Sendable, CaseIterable {
  /// In an order drawn from the seed, with the moments of the fit rows everywhere.
  case shuffled
  /// By file position, each split with its own moments: the authors' way.
  case official
}

/// Of which tables the representation of each row is written to `representation.csv`.
public enum RepresentationRows: String, Codable, Sendable, CaseIterable {
  /// Of tables of one's own.
  case own
  /// Of every table.
  case all
  /// Of none.
  case none
}

/// The settings of a fairness run (Chen et al. 2022; spec §8.1).
public struct FairnessConfiguration: ExperimentConfiguration {
  /// The experiment.
  @Setting("the experiment") public var experiment = "fairness"
  /// The seed of every stream.
  @Setting("seed of weights, splits, shuffles and slices", 0...) public var seed = 0
  /// Threads of the run.
  @Setting(.threads) public var threads = 1

  /// The table and its split.
  public struct Data: Codable, Sendable, Hashable {
    /// The table.
    @Setting("the table, see `tessera data list`; adult-official holds the authors' label leak")
    public var source = FairnessSource.adult
    /// How rows are divided.
    @Setting(
      "shuffled (by the seed), or official: by file position, each split with its own moments")
    public var split = SplitChoice.shuffled
    /// What T is in the census tables.
    @Setting("what T is in the census tables") public var sensitive = Census.Sensitive.menShare
    /// Rows of a generated table, 0 for as many as the measured one has.
    @Setting("rows of a generated table; 0 for as many as the measured one has", 0...1_000_000)
    public var rows = 0
    /// A table of one's own in place of `source`.
    public var csv = OwnTable()
  }
  /// The table and its split.
  public var data = Data()

  /// A CSV file with a header line.
  public struct OwnTable: Codable, Sendable, Hashable {
    /// The file; empty for none.
    @Setting("a CSV file of your own with a header line, in place of data.source; empty for none")
    public var path = ""
    /// The column to predict.
    @Setting("its column to predict: numbers, two words, or any words with data.csv.positive")
    public var target = ""
    /// The column to hide.
    @Setting("its column to hide: numbers or words; it stays among the inputs")
    public var sensitive = ""
    /// Columns to leave out, such as identifiers.
    @Setting("columns to leave out, such as identifiers") public var ignored: [String] = []
    /// Columns of codes that look like numbers.
    @Setting("columns of codes that look like numbers, to be taken as words")
    public var text: [String] = []
    /// What becomes of rows with missing values.
    @Setting("fail (with line and column), or drop-rows: leave rows with missing values out")
    public var missing = MissingValues.fail
    /// What stands between fields: `auto`, a character, or `tab`, `space`, `comma`, `semicolon`.
    @Setting(
      "between fields: auto (told by the contents), a character, or comma, semicolon, tab, space",
      isAddedLater: true)
    public var separator = "auto"
    /// What stands before decimals: `.` or `,`.
    @Setting("before decimals: . or , (1.5 or 1,5)", isAddedLater: true) public var decimal = "."
    /// What stands between thousands: `none`, `,`, `.`, `_`, `space` or `apostrophe`.
    @Setting("between thousands: none, or , . _ space apostrophe", isAddedLater: true)
    public var thousands = "none"
    /// How letters are written as bytes.
    @Setting(
      "of letters: auto (UTF-16 by its mark, else UTF-8), utf-8, latin-1, windows-1252, utf-16",
      isAddedLater: true)
    public var encoding = TextEncoding.auto
    /// What stands for a missing value besides an empty field; `usual` stands for `FairnessTable.usualMissingMarkers`.
    @Setting(
      "what is a missing value besides an empty field: usual (? NA N/A n/a NULL None NaN - . and others), words; [usual, -99] adds one",
      isAddedLater: true)
    public var missingMarkers = ["usual"]
    /// The value of the target that is 1, all others −1; empty for the later of two.
    @Setting(
      "the value of the target that is 1, all others −1; empty for the later of two in sorted order",
      isAddedLater: true)
    public var positive = ""
    /// What becomes of a word in two spellings.
    @Setting(
      "a word in two spellings (<=50K and <=50K.): fail, merge them, or take them as separate words",
      isAddedLater: true)
    public var spellings = Spellings.fail
  }

  /// The networks.
  public struct Model: Codable, Sendable, Hashable {
    /// Width of the encoder's hidden layers.
    @Setting("width of the encoder's two hidden layers", ConfigRanges.width) public var hidden = 200
    /// Columns of Z.
    @Setting("columns of Z", ConfigRanges.width) public var representation = 80
    /// Width of the predictor's two hidden layers.
    @Setting("width of the predictor's two hidden layers", ConfigRanges.width)
    public var predictor = 100
  }
  /// The networks.
  public var model = Model()

  /// The dependence term.
  @Setting("the dependence term") public var method = DependenceMethod.slice
  /// The weight of the utility against the dependence, β of the authors' code (1/β of the paper).
  @Setting("β of the authors' code: weight of the utility against the dependence", .positive)
  public var utilityWeight = 0.15
  /// When the max-step runs.
  @Setting("epoch: one max-step an epoch; batch: another on every mini-batch")
  public var schedule = MaxStepSchedule.epoch
  /// Epochs.
  @Setting("passes over the rows of the fit", 1..., quick: 40) public var epochs = 500
  /// Rows of a mini-batch.
  @Setting("rows of a mini-batch", 20...) public var batchSize = 500
  /// Adam's learning rate.
  @Setting("Adam's learning rate", .positive) public var learningRate = 5e-4
  /// Whether the parameters with the best validation loss are restored at the end, as the authors' code does for SLICE.
  ///
  /// Under SLICE that loss is one of fresh slices, so its best epoch is in part a lucky draw; the last parameters do as well.
  @Setting("whether the parameters with the best validation loss are restored at the end")
  public var keepsBest = false
  /// The first epoch whose parameters may be kept.
  @Setting(
    "first epoch whose parameters may be kept (if there are fewer epochs: the last third)", 0...,
    quick: 25)
  public var keepsFrom = 100
  /// Epochs without a better validation loss before the learning rate falls to a tenth; 0 for never.
  @Setting(
    "epochs without a better validation loss before the rate falls to a tenth; 0: never", 0...)
  public var plateauPatience = 50
  /// Validation rows of the validation loss, 0 for all.
  @Setting(
    "validation rows of the validation loss, 0 for all (distance correlation is n × n)",
    .zeroOr(.atLeast(4)))
  public var validationRows = 0

  /// The rows of the epoch's max-step.
  public struct Fit: Codable, Sendable, Hashable {
    /// Which rows.
    @Setting(
      "rows of the epoch's max-step: all (with validation, as the authors), train, or sample")
    public var rows = FitRows.train
    /// How many, for `sample`.
    @Setting("rows of a sample", 20...) public var sampleSize = 4000
  }
  /// The rows of the epoch's max-step.
  public var fit = Fit()

  /// The sliced estimator.
  public var slice = SliceSettings()
  /// The inner loop of the adversarial estimators.
  public var inner = InnerSettings()

  /// The evaluation on frozen representations.
  public struct Evaluation: Codable, Sendable, Hashable {
    /// Passes of the one-sided metric's networks.
    @Setting("passes of the one-sided metric of dependence (the authors': 1000)", 1..., quick: 40)
    public var passes = 1000
    /// Passes without improvement before they stop.
    @Setting("passes without improvement before they stop", 1...) public var patience = 500
    /// Passes of the utility's metric, which goes on from the trained predictor.
    @Setting(
      "passes of the utility's metric, which goes on from the trained predictor", 1..., quick: 20)
    public var utilityPasses = 200
    /// Passes of the two-sided metric's networks.
    @Setting("passes of the two-sided metric's networks", 1..., quick: 20)
    public var twoSidedPasses = 300
    /// Slices of the sliced metric.
    @Setting("slices of the sliced metric", ConfigRanges.slices) public var slices = 100
    /// Shuffles of the permutation null.
    @Setting("shuffles of the permutation null", ConfigRanges.permutations, quick: 100)
    public var permutations = 200
    /// Bootstrap draws of the group rates.
    @Setting("bootstrap draws of the group rates", ConfigRanges.permutations, quick: 200)
    public var bootstrap = 500
    /// The fewest test rows of a group of its own; smaller ones stand together.
    @Setting(
      "fewest test rows of a group of its own; smaller ones stand together as other", 1...,
      isAddedLater: true)
    public var groupRows = 5
    /// Of which tables the representation of each row is written.
    @Setting(
      "whose rows are written to representation.csv: own (tables of data.csv), all, or none",
      isAddedLater: true)
    public var representation = RepresentationRows.own
  }
  /// The evaluation on frozen representations.
  public var evaluation = Evaluation()

  /// The defaults: SLICE on Adult without the leak.
  public init() {}

  /// Whether the representation of each row is written.
  var writesRepresentation: Bool {
    switch evaluation.representation {
    case .own: !data.csv.path.isEmpty
    case .all: true
    case .none: false
    }
  }

  /// The method's name in tables and pictures, with the schedule and the kept parameters where they are not
  /// the method's usual ones, and with the form and solver of slices where they are not the defaults.
  var label: String {
    guard method == .slice else { return method.label }
    var extras: [String] = []
    if schedule == .batch {
      extras.append("each batch")
    } else if keepsBest {
      extras.append("best kept")
    }
    if slice.form == .pair { extras.append("pair") }
    if slice.gradientSteps > 0 { extras.append("gradient") }
    return extras.isEmpty ? method.label : "\(method.label) (\(extras.joined(separator: ", ")))"
  }

  /// Checks that a table of one's own can be read, and names its columns.
  public func validate() throws {
    _ = try data.csv.layout
    guard !data.csv.path.isEmpty else { return }
    for (key, value) in [
      ("data.csv.target", data.csv.target), ("data.csv.sensitive", data.csv.sensitive),
    ] {
      try ConfigChecks.check(
        key, !value.isEmpty, "the name of a column of \(data.csv.path)", "nothing")
    }
  }
}
