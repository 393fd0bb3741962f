// The command line of the laboratory's commands.
#include "cli/options.h"
#include "lab/evaluate/kinds.h"

namespace rightsize::cli {
namespace {

void add_profile(CLI::App& app, ProfileArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "profile", "Run every model on every input and record answers, signals and times");
  command.add_option("ZOO", args.zoo, "The manifest, zoo.toml")->required();
  command
      .add_option(
          "DATA", args.data,
          "A folder with one folder per class (class number or key), a flat folder of\n"
          "unlabelled images, or a CSV file with the header path,label. Of a zoo that\n"
          "translates: a text file NAME.en (.en: the source language), one sentence to a line,\n"
          "and beside it NAME.de (the target language), its translations line by line")
      ->required();
  command
      .add_option("-o,--output", args.output,
                  "The run.db to make, or to go on with: a profile may be killed at any moment")
      ->required();
  add_models(command, args.models);
  command
      .add_option("--shard", args.shard, "Only part I of N of the data; `merge` joins the parts")
      ->type_name("I/N")
      ->capture_default_str();
  command.add_option("--threads", args.threads, "Threads for the outcomes; 0: all cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option("--tolerance", args.tolerance_percent,
                  "Time a model until the 95 % interval of its median is narrower than this, in "
                  "percent of it")
      ->check(finite_range(0.01, 100.0))
      ->capture_default_str();
  command
      .add_option("--max-passes", args.max_passes,
                  "Time every image at most this often, wide interval or not")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      .add_option("--timing-items", args.timing_items,
                  "Time this many images, drawn at random; 0: all. The others take the medians")
      ->check(CLI::Range(0, 100000000))
      ->capture_default_str();
  add_feature_options(command, args.features);
  add_max_pixels(command, args.max_megapixels);
  add_runtime(command, args.runtime);
  add_json(command, args.json);
  command.footer(
      "Outcomes use all cores; times are measured afterwards on one pinned thread, while no other\n"
      "profile runs on the machine.\n\n"
      "Examples:\n"
      "  rightsize profile zoo.toml photos/ -o run.db\n"
      "  rightsize profile zoo.toml labels.csv -o part1.db --shard 1/2\n"
      "  rightsize profile zoo.toml labels.csv -o part2.db --shard 2/2\n"
      "  rightsize merge part1.db part2.db -o run.db");
  command.callback([&] { run = [&] { return profile(args); }; });
}

void add_merge(CLI::App& app, MergeArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand("merge", "Join the shards of a profile");
  command.add_option("RUN", args.inputs, "The run.db files of the shards")->required();
  command.add_option("-o,--output", args.output, "The run.db to make")->required();
  add_json(command, args.json);
  command.footer("Example:\n  rightsize merge part1.db part2.db -o run.db");
  command.callback([&] { run = [&] { return merge(args); }; });
}

void add_leave_out(CLI::App& command, std::vector<std::string>& patterns) {
  command
      .add_option("--leave-out", patterns,
                  "Do as if the models of this name were not there; a pattern such as '*_int8'; "
                  "may be repeated")
      ->allow_extra_args(false)
      ->type_name("MODEL");
}

void add_cost(CLI::App& command, std::string& cost) {
  command
      .add_option("--cost", cost,
                  "What makes a model the optimal one among those that are right: its time or its "
                  "energy")
      ->check(CLI::IsMember({"time", "energy"}))
      ->capture_default_str();
}

// What the paper's premodel is made of; see docs/concepts.md.
void add_premodel_options(CLI::App& command, PremodelArgs& args) {
  const std::string group = "Premodel";
  command
      .add_option("--premodel", args.shape,
                  "The premodel: none; auto (chosen by cross-validation); one classifier, such as "
                  "knn; a chain of one kind, knn-chain; a chain level by level, knn.tree.svm. "
                  "Classifiers: knn, tree, svm, naive-bayes, logistic, forest, boosting")
      ->group(group)
      ->capture_default_str();
  command
      .add_option("--chain-labels", args.chain_labels,
                  "What a level of a chain says yes to: the optimal model, or any that is right")
      ->check(CLI::IsMember({"optimal", "right"}))
      ->group(group)
      ->capture_default_str();
  command.add_option("--choice", args.method, "How its models are chosen")
      ->check(CLI::IsMember({"accuracy", "optimal", "alternate"}))
      ->group(group)
      ->capture_default_str();
  command
      .add_option("--theta", args.theta_points,
                  "Stop when a further model raises the union accuracy by no more points than this")
      ->check(finite_range(0.0, 100.0))
      ->group(group)
      ->capture_default_str();
  command.add_option("--max-models", args.max_models, "At most so many models")
      ->check(CLI::Range(1, 15))
      ->group(group)
      ->capture_default_str();
  command.add_option("--features", args.features, "Features left by the elimination; 0: all")
      ->check(CLI::Range(0, 64))
      ->group(group)
      ->capture_default_str();
  command.add_option("--neighbours", args.neighbours, "Of kNN")
      ->check(CLI::Range(1, 32))
      ->group(group)
      ->capture_default_str();
  command.add_option("--radius", args.radius, "Permissible distance of kNN's neighbours")
      ->check(finite_range(1e-6, 1e6))
      ->group(group);
  command
      .add_option("--probe", args.probe,
                  "Decide by what this model says of the input instead of by its features")
      ->type_name("MODEL")
      ->group(group);
  command
      .add_option("--fallback", args.fallback,
                  "Run this model where no model seems suitable; default: no answer")
      ->type_name("MODEL")
      ->group(group);
}

void add_folds(CLI::App& command, std::size_t& folds, std::uint64_t& seed) {
  command.add_option("--folds", folds, "Parts of the cross-validation")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  command.add_option("--seed", seed, "Of the shuffled folds and of the bootstrap")
      ->check(CLI::NonNegativeNumber)  // "-1" would wrap round
      ->capture_default_str();
}

// What is judged, and against what: for EvaluateArgs and WorthArgs.
template <typename Args>
void add_judging(CLI::App& command, Args& args) {
  command
      .add_option("--baseline", args.baseline,
                  "The single model to compare with; default: the best one")
      ->type_name("MODEL");
  command
      .add_option("--reference", args.reference,
                  "Judge against this model's answers instead of the labels; default where there "
                  "are no labels: the dearest model")
      ->type_name("MODEL");
  add_leave_out(command, args.leave_out);
  command
      .add_option(
          "--criterion", args.criterion,
          "What counts as right: top-1 (default) or top-5. Of translations what is measured\n"
          "on the whole corpus: BLEU (default), chrF2, ROUGE-L, token-F1 or paper-F1")
      ->check(CLI::IsMember({"top-1", "top-5", "BLEU", "chrF2", "ROUGE-L", "token-F1", "paper-F1"},
                            CLI::ignore_case))
      ->type_name("NAME");
  command
      .add_option("--suitable", args.suitable,
                  "A translation counts as right, where that is asked of single ones, if the\n"
                  "criterion of its sentence alone is at least this")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

// Of the verdict; `certify` has a --max-loss of its own, the claim.
void add_max_loss(CLI::App& command, double& points) {
  command
      .add_option(
          "--max-loss", points,
          "The verdict is about operating points that lose no more points of quality than\n"
          "this against the baseline, as far as the inputs can tell; with a reference model\n"
          "that answer otherwise on no more percent of inputs")
      ->check(finite_range(0.0, 100.0))
      ->type_name("POINTS")
      ->capture_default_str();
}

void add_selection_options(CLI::App& command, EvaluateArgs& args) {
  add_judging(command, args);
  add_cost(command, args.cost);
  add_folds(command, args.folds, args.seed);
  add_premodel_options(command, args.premodel);
  command
      .add_option(
          "--cnn", args.cnn,
          "Also the CNN premodel of this folder, made by zoo/cnn-premodel from the labels of "
          "this run")
      ->type_name("DIR")
      ->group("Premodel");
  add_runtime(command, args.runtime);
}

// Of all kinds that are fitted for targets, and one word more.
std::vector<std::string> kind_names(const char* more) {
  std::vector<std::string> names;
  for (const SelectorKind kind : kAllSelectorKinds) names.emplace_back(to_string(kind));
  names.emplace_back(more);
  return names;
}

void add_train(CLI::App& app, EvaluateArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand("train", "Learn a selector from recorded outcomes");
  command.add_option("RUN", args.run, "The run.db")->required();
  command.add_option("-o,--output", args.output, "The selector file to write")->required();
  command
      .add_option(
          "--kind", args.kind,
          "What to fit at all operating points (docs/concepts.md): a cascade by its own\n"
          "signal, calibrated, combined or averaged answers, agreement or learned deferral;\n"
          "entry (a premodel picks the first stage); routing; or auto, the one that does\n"
          "best at 1.75x by cross-validation inside the training data (takes minutes)")
      ->check(CLI::IsMember(kind_names("auto")))
      ->capture_default_str();
  add_selection_options(command, args);
  add_max_loss(command, args.max_loss_points);
  add_json(command, args.json);
  command.footer(
      "Searches selectors of a kind by replay and writes operating points from the most accurate\n"
      "to the fastest, each with the figures it showed on held-out inputs.\n\n"
      "Examples:\n"
      "  rightsize train run.db -o selector.json\n"
      "  rightsize train unlabelled.db -o selector.json --reference lite3\n"
      "  rightsize train run.db -o selector.json --premodel knn-chain --fallback lite3\n"
      "  rightsize train run.db -o selector.json --kind combined\n\n"
      "With --premodel the file has one more point, `premodel`, for `classify --point premodel`.");
  command.callback([&] { run = [&] { return train(args); }; });
}

void add_evaluate(CLI::App& app, EvaluateArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "evaluate",
      "Cross-validate every selector kind beside honest controls, and give the verdict");
  command.add_option("RUN", args.run, "The run.db")->required();
  command.add_option("SELECTOR", args.selector,
                     "A selector file to evaluate as it is, beside them");
  command
      .add_option(
          "--kinds", args.kinds,
          "Kinds to compare with the cascade by signal, at no loss, 1.5x, 1.75x and 2x: all,\n"
          "or some of calibrated, combined, averaged, agreement, deferral, entry, routing,\n"
          "with commas between them")
      ->type_name("KINDS")
      ->check([](const std::string& text) {
        const auto kinds = parse_kinds(text);
        return kinds.ok() ? std::string() : kinds.status().message();
      })
      ->capture_default_str();
  add_selection_options(command, args);
  add_max_loss(command, args.max_loss_points);
  command.add_option("--html", args.html, "Write the report, one self-contained page")
      ->type_name("FILE");
  command.add_option("--plot", args.plot, "Write the picture of quality against cost")
      ->type_name("FILE.svg");
  add_json(command, args.json);
  command.footer(
      "Examples:\n"
      "  rightsize evaluate run.db --html report.html\n"
      "  rightsize evaluate run.db selector.json --baseline lite3 --json\n"
      "  rightsize evaluate run.db --premodel auto --html report.html\n"
      "  rightsize evaluate run.db --kinds combined,routing\n"
      "  rightsize evaluate run.db --max-loss 2\n"
      "  rightsize evaluate unlabelled.db --reference lite3 --max-loss 3");
  command.callback([&] { run = [&] { return evaluate(args); }; });
}

void add_certify(CLI::App& app, CertifyArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "certify", "Prove how much the operating points of a selector lose at most");
  command.add_option("RUN", args.training.run, "The run.db")->required();
  command
      .add_option("--selector", args.selector,
                  "Test the points of this file on the inputs that took no part in its training. "
                  "Default: train on a part of the run and test on the rest")
      ->type_name("FILE");
  command
      .add_option("--max-loss", args.max_loss_points,
                  "The claim: at most so many points of quality are lost against the best single "
                  "model; with a reference model, at most so many percent of the answers differ")
      ->check(finite_range(-50.0, 50.0))
      ->type_name("POINTS")
      ->capture_default_str();
  command.add_option("--confidence", args.confidence_percent, "Of the claim")
      ->check(finite_range(50.0, 99.99))
      ->type_name("PERCENT")
      ->capture_default_str();
  command.add_option("--learn", args.learn_percent, "The part of the inputs that trains")
      ->check(finite_range(10.0, 90.0))
      ->type_name("PERCENT")
      ->capture_default_str();
  command
      .add_option(
          "-o,--output", args.training.output,
          "Where the claim is proven, write the selector with what is proven of its points,\n"
          "for `classify --proven`")
      ->type_name("FILE");
  add_selection_options(command, args.training);
  add_json(command, args.training.json);
  command.footer(
      "The exit code is 1 where the claim is not proven.\n"
      "The baseline is every single model at once, as nobody knows which is the best, or the one\n"
      "that --baseline names. docs/guarantee.md says what is proven, how, and of which inputs.\n\n"
      "Examples:\n"
      "  rightsize certify run.db --max-loss 2 -o certified.json\n"
      "  rightsize certify fresh.db --selector selector.json --baseline lite3\n"
      "  rightsize certify unlabelled.db --reference lite3 --max-loss 3");
  command.callback([&] { run = [&] { return certify(args); }; });
}

void add_what_if(CLI::App& command, WorthArgs& args) {
  const std::string group = "What if (figures before and after, side by side)";
  command
      .add_option("--faster", args.faster,
                  "This model took 1/FACTOR of its time; a pattern such as '*_int8=2'; may be "
                  "repeated")
      ->allow_extra_args(false)
      ->type_name("MODEL=FACTOR")
      ->group(group);
  command
      .add_option("--without", args.without,
                  "The models of this name were not there; a pattern; may be repeated")
      ->allow_extra_args(false)
      ->type_name("MODEL")
      ->group(group);
  command
      .add_option("--latencies", args.latencies,
                  "The times were those of another device: a CSV file with the header "
                  "model,cpu_ms[,wall_ms], pre-processing included, and every model of the run; a "
                  "row `decoding` for that of the images")
      ->type_name("FILE.csv")
      ->group(group);
}

void add_deadlines(CLI::App& app, DeadlinesArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "deadlines",
      "Judge choosing a model per sentence by its predicted time, over many deadlines");
  command.add_option("RUN", args.run, "A run.db of translations with references")->required();
  add_leave_out(command, args.leave_out);
  command
      .add_option("--criterion", args.criterion,
                  "BLEU (default), chrF2, ROUGE-L, token-F1 or paper-F1")
      ->type_name("NAME");
  command
      .add_option("--late", args.late,
                  "What a late sentence counts as: empty, or what the cheapest model says")
      ->check(CLI::IsMember({"empty", "cheapest"}))
      ->capture_default_str();
  command.add_flag("--wall", args.wall, "Deadlines in wall time instead of CPU time");
  add_folds(command, args.folds, args.seed);
  command.add_option("--markdown", args.markdown, "Write the tables also here")->type_name("FILE");
  add_json(command, args.json);
  command.footer(
      "Deadlines are quantiles of the best model's own times. Deadline mode takes the best model\n"
      "whose predicted upper time fits the sentence; beside it stand every single model, the best\n"
      "of them that keeps the deadline, and a chooser that knows all. Times of sentences must "
      "have\n"
      "been measured, not estimated: profile with --timing-items 0.\n\n"
      "Example:\n"
      "  rightsize deadlines run.db");
  command.callback([&] { run = [&] { return deadlines(args); }; });
}

void add_drafts(CLI::App& app, DraftsArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "drafts", "Measure what drafting saves for every pair of networks of a translation zoo");
  command.add_option("ZOO", args.zoo, "The manifest, zoo.toml")->required();
  command.add_option("FILE", args.file, "Sentences, one a line")->required();
  command.add_option("--sentences", args.sentences, "Take so many, spread over the file; 0: all")
      ->capture_default_str();
  command.add_option("--rounds", args.rounds, "Translate each so often")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_models(command, args.models);
  add_runtime(command, args.runtime);
  add_json(command, args.json);
  command.footer(
      "A network decodes greedily; another one, the source or a memory proposes tokens, and the\n"
      "network checks them in one call. The text is the network's own (`same`). `bound` is the "
      "best\n"
      "speed-up that the acceptance and the costs of calls allow, at that constant draft "
      "length.\n\n"
      "Example:\n"
      "  rightsize drafts zoo.toml test.en");
  command.callback([&] { run = [&] { return drafts(args); }; });
}

void add_worth(CLI::App& app, WorthArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "worth", "Say from recorded outcomes, before any training, what adaptive selection can give");
  command.add_option("RUN", args.run, "The run.db")->required();
  add_judging(command, args);
  add_max_loss(command, args.max_loss_points);
  add_folds(command, args.folds, args.seed);
  command
      .add_option("--max-models", args.max_models, "Also the best set of at most so many models")
      ->check(CLI::Range(1, 1000));
  command
      .add_option("--max-mib", args.max_mib,
                  "Also the best set of models that together take at most so many MiB in memory")
      ->type_name("MIB")
      ->check(finite_range(0.001, 1e9));
  add_what_if(command, args);
  add_json(command, args.json);
  command.footer(
      "Head-room, what to expect at no loss, how many inputs prove it, which models never help,\n"
      "which few are best. docs/worth.md says how to read it.\n\n"
      "Examples:\n"
      "  rightsize worth run.db\n"
      "  rightsize worth run.db --max-models 2 --max-mib 40\n"
      "  rightsize worth run.db --faster lite3=2 --without '*_int8'\n"
      "  rightsize worth run.db --latencies pi4.csv --json");
  command.callback([&] { run = [&] { return worth(args); }; });
}

void add_reproduce(CLI::App& app, ReproduceArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "reproduce", "Reproduce the evaluation of Marco et al. (ACM TECS 2020) on a run");
  command.add_option("RUN", args.run, "A run.db with labels and features, or of translations")
      ->required();
  add_leave_out(command, args.leave_out);
  command
      .add_option("--lexicon", args.lexicon,
                  "Of translations: the folder of a lexicon as WordNet's, for parts of speech\n"
                  "(Debian's wordnet-base: /usr/share/wordnet)")
      ->type_name("DIR");
  command
      .add_option("--criterion", args.criterion,
                  "Of translations: BLEU (default), chrF2, ROUGE-L, token-F1 or paper-F1")
      ->type_name("NAME");
  command
      .add_option("--compression", args.compression,
                  "The run of four variants of one network (zoo/compressed), the network first")
      ->type_name("RUN");
  command
      .add_option("--cnn", args.cnn,
                  "The folder of a CNN premodel (zoo/cnn-premodel): predictions.csv, cnn.onnx")
      ->type_name("DIR");
  command
      .add_option("--baseline", args.baseline,
                  "The single model to compare with; default: the best one")
      ->type_name("MODEL");
  command.add_option("--max-models", args.max_models, "Models of the premodel, at most")
      ->check(CLI::Range(1, 15))
      ->capture_default_str();
  add_cost(command, args.cost);
  add_folds(command, args.folds, args.seed);
  command.add_option("--html", args.html, "Write the page, self-contained")->type_name("FILE");
  command.add_option("--markdown", args.markdown, "Write the tables as Markdown")
      ->type_name("FILE");
  add_runtime(command, args.runtime);
  add_json(command, args.json);
  command.footer(
      "Every single model, the premodel, its alternatives and parameters, the controls and the\n"
      "oracles on the same held-out inputs, with the paper's figure beside each and a sentence on\n"
      "whether it holds. scripts/reproduce-paper makes the runs and the page.\n\n"
      "Example:\n"
      "  rightsize reproduce run.db --compression compressed.db --cnn cnn/ --html paper.html");
  command.callback([&] { run = [&] { return reproduce(args); }; });
}

void add_labels(CLI::App& app, LabelsArgs& args, Run& run) {
  CLI::App& command = *app.add_subcommand(
      "labels", "Write which model is optimal for each input: what a premodel is to learn");
  command.add_option("RUN", args.run, "A run.db with labels")->required();
  add_leave_out(command, args.leave_out);
  command.add_option("-o,--output", args.output, "The CSV file; default: stdout")
      ->type_name("FILE");
  command.add_option("--max-models", args.max_models, "Models to choose among, at most")
      ->check(CLI::Range(1, 15))
      ->capture_default_str();
  add_cost(command, args.cost);
  add_folds(command, args.folds, args.seed);
  command.footer(
      "The columns are item, fold_0, fold_1, ... and all. A cell is the optimal model's name or\n"
      "`none`, among the models chosen on that fold's training part; it is empty where the item\n"
      "belongs to the part that is tested.\n\n"
      "Example:\n"
      "  rightsize labels run.db -o labels.csv");
  command.callback([&] { run = [&] { return labels(args); }; });
}

}  // namespace

void add_lab_commands(CLI::App& app, LabArgs& args, Run& run) {
  add_profile(app, args.profile, run);
  add_merge(app, args.merge, run);
  add_train(app, args.train, run);
  add_evaluate(app, args.evaluate, run);
  add_certify(app, args.certify, run);
  add_worth(app, args.worth, run);
  add_drafts(app, args.drafts, run);
  add_deadlines(app, args.deadlines, run);
  add_reproduce(app, args.reproduce, run);
  add_labels(app, args.labels, run);
}

}  // namespace rightsize::cli
